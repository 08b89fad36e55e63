// What is told of a container that lost its network.
import { KyozoError } from '../errors.ts'

/** Why a container cannot be started any more whose network was removed while it rested, whether or not there is one of that name again. */
export function isNetworkGone(error: unknown): boolean {
  return error instanceof KyozoError && /network \S+ not found|could not find a network/i.test(error.message)
}
