// The frame of kyozo's own small pages. No script, no style in the document, nothing loaded from elsewhere.

export interface Page {
  readonly title: string
  /** HTML; values in it have gone through `asHtml`. */
  readonly body: readonly string[]
  /** Loads the page again after so many seconds. */
  readonly reloadSeconds?: number | undefined
  /** Pages with tables and logs take the width they get; a form does not. Default is narrow. */
  readonly width?: 'narrow' | 'wide'
  /** Above the content; default is the title. */
  readonly heading?: string
}

export function page({ title, body, reloadSeconds, width = 'narrow', heading = asHtml(title) }: Page): string {
  const reload = reloadSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${reloadSeconds}">`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${reload}
<title>${asHtml(title)} · kyozo</title><link rel="stylesheet" href="/assets/page.css"><link rel="icon" href="data:,">
<body class="${width}"><main><h1>${heading}</h1>
${body.join('\n')}
</main></body></html>`
}

export function asHtml(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return value.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** A labelled field of a form. */
export function field(label: string, attributes: Readonly<Record<string, string | true>>): string {
  const written = Object.entries(attributes).map(([name, value]) => (value === true ? name : `${name}="${asHtml(value)}"`))
  return `<label>${asHtml(label)}<input ${written.join(' ')}></label>`
}

export function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${asHtml(name)}" value="${asHtml(value)}">`
}

export function refusal(words: string | undefined): string {
  return words === undefined ? '' : `<p class="refused" role="alert">${asHtml(words)}</p>`
}

export const stylesheet = `:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--paper:#fff;--shade:#f6f8fa;--line:#d1d9e0;--good:#116329;--bad:#a40e26;--old:#7d4e00;--key:#0b57a4}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--shade:#161b22;--line:#3d444d;--good:#4ac26b;--bad:#ff7b72;--old:#d29922;--key:#6cb6ff}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper);max-width:60rem}
body.narrow{max-width:26rem;margin-top:12vh}a{color:var(--key)}small{color:var(--soft);font-weight:normal}h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:1.8rem}
pre{background:var(--shade);padding:1rem;overflow:auto;font-size:13px;margin:.4rem 0}table{border-collapse:collapse;width:100%}summary{cursor:pointer;padding:.2rem 0}
th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid var(--line);vertical-align:top}td:nth-child(-n+2){white-space:nowrap}td:last-child{width:99%;white-space:pre-wrap}
.state{padding:.6rem 1rem;background:var(--shade);border-left:4px solid var(--soft);white-space:pre-wrap}.live,.unchanged{color:var(--good)}.failed{color:var(--bad)}
.rolled_back,.superseded,.skipped,.canceled{color:var(--old)}p.state{color:inherit}p.state.live,p.state.unchanged{border-color:var(--good)}p.state.failed{border-color:var(--bad)}
form{margin:1.2rem 0}label{display:block;margin:0 0 .9rem;font-weight:600}input{display:block;width:100%;margin-top:.25rem;padding:.5rem .6rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:6px}
input.code{font:600 1.4rem/1.4 ui-monospace,monospace;letter-spacing:.15em;text-transform:uppercase;text-align:center}input:focus-visible,button:focus-visible{outline:2px solid var(--key);outline-offset:1px}
button{font:inherit;font-weight:600;padding:.5rem 1rem;border-radius:6px;border:1px solid var(--key);background:var(--key);color:var(--paper);cursor:pointer;width:100%;margin-bottom:.6rem}
button.quiet{background:transparent;color:var(--ink);border-color:var(--line)}.refused{padding:.6rem 1rem;background:var(--shade);border-left:4px solid var(--bad)}.hint{color:var(--soft);font-size:13px}`
