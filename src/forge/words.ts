// The few words a host shows beside a commit, and the few that it says itself.

/** GitHub refuses a longer description, and nobody reads one. */
const descriptionLimit = 140

/** What must not reach a status: controls, and marks that change the direction of the text around them. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** One line of at most 140 code points; what does not fit is cut and ends in `…`. */
export function statusDescription(text: string): string {
  return cleanLine(text, descriptionLimit)
}

/** Text as one line of visible, well-formed characters, at most `limit` code points; a cut shows as `…`. */
export function cleanLine(text: string, limit: number): string {
  const line = text.toWellFormed().replace(/\s+/gu, ' ').replace(unseen, '').trim()
  const points = Array.from(line)
  if (points.length <= limit) return line
  const kept = points.slice(0, limit - 1).join('')
  return `${kept.trimEnd()}…`
}

/** The address a status links to; `undefined` for anything that is not http or https. */
export function statusTargetUrl(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? href : undefined
}
