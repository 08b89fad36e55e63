// The library's refusals in kyozo's words.
import { isAPIError } from 'better-auth/api'
import { type ErrorCode, KyozoError } from '../errors.ts'

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'invalid',
}

/** What the work gives; a refusal of the library's as a KyozoError, anything else as it was thrown. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asKyozo(error)
  }
}

function asKyozo(error: unknown): unknown {
  if (!isAPIError(error)) return error
  const { statusCode, body, message } = error as {
    statusCode: number
    message: string
    body?: { message?: string; error_description?: string }
  }
  const words = body?.message ?? body?.error_description ?? message
  return new KyozoError(codes[statusCode] ?? 'internal', words === '' ? 'it was refused' : sentence(words), { cause: error })
}

/** The library's sentences begin in capitals; kyozo's are joined into longer ones. */
function sentence(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? words[0]!.toLowerCase() + words.slice(1) : words
}
