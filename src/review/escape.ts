// What comes from a repository, as Markdown that says it and does nothing else: no markup, no image, no link, nobody mentioned, no issue referred to, no
// command of a Git host. GitHub, GitLab and Gitea look for names, numbers and addresses in what a text shows, so that a backslash does not
// hide them: a character without width does (U+200B), after the one that would begin them.

/** Longer than any honest name or fact. */
const usualLimit = 240

/** What is not seen, or turns the direction of what is: controls, formats, private and unassigned characters, fillers; and marks piled on one letter. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu
const piled = /(\p{M}{2})\p{M}+/gu

/** One line of visible, well-formed characters, at most so many code points; a cut shows as `…`. */
export function plain(text: string, limit = usualLimit): string {
  // Nobody reads on after so much, and patterns need not.
  const bounded = text.slice(0, limit * 16)
  const line = bounded.toWellFormed().replace(/\s+/gu, ' ').replace(unseen, '').replace(piled, '$1').trim()
  const points = Array.from(line)
  if (points.length <= limit) return line
  return `${points
    .slice(0, limit - 1)
    .join('')
    .trimEnd()}…`
}

/** Words inside a paragraph, a list or a table's cell. */
export function words(text: string, limit = usualLimit): string {
  return plain(text, limit)
    .replace(/@(?=\S)/g, '@\u200b')
    .replace(/:(?=\/\/)/g, ':\u200b')
    .replace(/www(?=\.)/gi, (www) => `${www}\u200b`)
    .replace(/[#!$%~&^](?=[\w"'{(])/g, (sign) => `${sign}\u200b`)
    .replace(/\bGH-(?=\d)/gi, (reference) => `${reference}\u200b`)
    .replace(/[\\`*_{}[\]|~$]/g, (char) => `\\${char}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/^[-+=#:]/, (char) => `\\${char}`)
    .replace(/^(\d{1,9})([.)])/, '$1\\$2')
}

export function bold(text: string, limit = usualLimit): string {
  return `**${words(text, limit)}**`
}

/** As it is written, in one line; in a table's cell too. */
export function code(text: string, limit = usualLimit): string {
  // A table is split at this character before anything else is read.
  const line = plain(text, limit).replaceAll('|', '¦')
  const fence = '`'.repeat(longestRun(line) + 1)
  const space = line === '' || /^`|`$/.test(line) ? ' ' : ''
  return `${fence}${space}${line}${space}${fence}`
}

/** A block of lines in a language that the Git host colours or draws. */
export function block(language: 'diff' | 'mermaid' | 'text', lines: readonly string[]): string {
  const safe = lines.map((line) => blockLine(line))
  const fence = '`'.repeat(Math.max(3, ...safe.map((line) => longestRun(line) + 1)))
  return [`${fence}${language}`, ...safe, fence].join('\n')
}

/** Indentation is a part of a line here. */
function blockLine(line: string): string {
  const cut = line.slice(0, lineLimit).toWellFormed().replaceAll('\t', '  ')
  return `${cut.replace(unseen, '').replace(piled, '$1').trimEnd()}${line.length > lineLimit ? '…' : ''}`
}

const lineLimit = 400

function longestRun(line: string): number {
  return Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
}

/** A link of kyozo's own making; its words alone where the address is none of http. */
export function link(url: string, label: string): string {
  const href = httpUrl(url)
  return href === undefined ? words(label) : `[${words(label)}](<${href}>)`
}

export function httpUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  return href.replace(/[<>|\\\s]/g, encodeURIComponent)
}

/** Folded away until somebody wants to read it. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${html(summary)}</summary>\n\n${body}\n\n</details>`
}

/** A summary is read as HTML, in which nothing of Markdown means anything; what hosts look for they look for here too. */
function html(text: string): string {
  return words(text).replace(/\\([\\`*_{}[\]|~$\-+=#:.)])/g, '$1')
}
