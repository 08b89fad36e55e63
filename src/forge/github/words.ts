// The few words GitHub shows beside a commit.

/** GitHub refuses a longer description. */
const descriptionLimit = 140

/** What must not reach a status: controls, and marks that change the direction of the text around them. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** One line of at most 140 code points; what does not fit is cut and ends in `…`. */
export function statusDescription(text: string): string {
  const line = text.toWellFormed().replace(/\s+/gu, ' ').replace(unseen, '').trim()
  const points = Array.from(line)
  if (points.length <= descriptionLimit) return line
  return `${points
    .slice(0, descriptionLimit - 1)
    .join('')
    .trimEnd()}…`
}

/** The address a status links to; `undefined` for anything that is not http or https. */
export function statusTargetUrl(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? href : undefined
}
