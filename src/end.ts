// The end of the process.

/** What still holds the process then is not waited for. */
const lingerMs = 1_000

/**
 * Ends the process with this code when nothing holds it any more, which is at once when every part was closed. Not by `process.exit`, which waits
 * for V8's compiling threads, and for ever when one of them waits for a collection (nodejs/node#54918): so a start that failed hung once in 80 on a
 * busy machine. After a second nothing is being compiled any more.
 */
export function endProcess(code: number): void {
  process.exitCode = code
  setTimeout(() => process.exit(code), lingerMs).unref()
}
