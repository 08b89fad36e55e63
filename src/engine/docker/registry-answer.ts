// What a registry, or the way to it, said instead of an image. A registry that says no says it again: only silence and overload are worth another try.

/** Whether asking again cannot help: there is no such image, or not for us. What nobody knows may have been a broken line. */
export function isFinalRefusal(answer: string): boolean {
  return !passing.test(answer) && final.test(answer)
}

/** The network between, a registry that is down, and one that wants to be asked less often. */
const passing =
  /no such host|server misbehaving|timeout|timed out|deadline exceeded|connection (?:refused|reset)|\bEOF\b|network is unreachable|no route to host|temporary failure|too ?many ?requests|status(?: from [^:]{1,20} request to \S{1,500})?: (?:429|5\d\d)\b/i

/** The words of registries, of the engine and of its builder; `unknown:` is how the engine tells of a refusal that is no document of a registry's. */
const final =
  /not found|manifest unknown|name unknown|name invalid|manifest invalid|invalid reference|does not exist|no such image|no matching manifest|no match for platform|denied|unauthorized|forbidden|authentication required|no basic auth credentials|unknown type|status from [^:]{1,20} request to \S{1,500}: 4\d\d\b|could not pull \S{1,500}: unknown:/i
