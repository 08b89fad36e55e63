// Whether what somebody wrote names the commit that they looked at. Only the whole of its id does: whoever makes commits can make two that begin with the
// same digits, show one and push the other. Pure.

/** Why it names no commit that may be approved; undefined when it is the head. `null` is nothing that a commit could begin with. */
export function misnamed(written: string | null, headSha: string): string | undefined {
  if (written === null) return 'name the commit that you have looked at by its whole id, so that no other one is approved'
  if (written === headSha) return undefined
  if (headSha.startsWith(written))
    return `${written} is only the beginning of a commit, and another one can be made that begins like it; look at the whole id`
  return `the head is ${headSha} by now, and not ${written}; look at it`
}
