/**
 * Waits until all have ended, then throws the first failure. Unlike with `Promise.all` nothing goes on behind the caller's back: whoever has
 * the next turn on the same stack would meet it half-made.
 */
export async function allEnded<T extends readonly unknown[] | []>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
