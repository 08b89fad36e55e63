import { InvalidArgumentError } from 'commander'

/** How many rows a listing shows: what one page of the API can hold. */
export function readLimit(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw new InvalidArgumentError('It is a whole number from 1 to 200.')
  return limit
}
