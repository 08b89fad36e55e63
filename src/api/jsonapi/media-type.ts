// Content negotiation (https://jsonapi.org/format/1.1/#content-negotiation): which media types a request speaks and takes. Pure.
import { KyozoError } from '../../errors.ts'

export const mediaType = 'application/vnd.api+json'
/** The one profile that is known: pages by cursor. */
export const cursorProfile = 'https://jsonapi.org/profiles/ethanresnick/cursor-pagination'

interface MediaType {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The type that an answer is sent as. Throws `not_acceptable` when the request takes nothing that is spoken here. */
export function acceptedType(header: string | undefined): string {
  if (header === undefined || header.trim() === '') return mediaType
  const ranges = splitOutsideQuotes(header, ',').map(readMediaType)
  const spoken = ranges.filter((range) => qualityOf(range) > 0)
  const own = ranges.filter(({ name }) => name === mediaType)
  const usable = own.filter((range) => qualityOf(range) > 0 && !hasForeignParameter(range) && !range.parameters.has('ext'))
  // A wildcard does not help who names the type in ways that cannot be met: the specification asks for a refusal.
  const isAny = own.length === 0 && spoken.some(({ name }) => name === '*/*' || name === 'application/*' || name === 'application/json')
  if (usable.length === 0 && !isAny)
    throw new KyozoError(
      'not_acceptable',
      `this API answers in ${mediaType} without extensions, and the request accepts only ${header.slice(0, 100)}`,
      {
        hint: `send Accept: ${mediaType}`,
        problems: [
          { source: { header: 'Accept' }, message: `this API answers in ${mediaType} without extensions; send Accept: ${mediaType}` },
        ],
      },
    )
  const best = usable.sort((one, other) => qualityOf(other) - qualityOf(one))[0]
  const profiles = (best?.parameters.get('profile') ?? '').split(' ').map((profile) => profile.replace(/\/$/, ''))
  return profiles.includes(cursorProfile) ? `${mediaType};profile="${cursorProfile}"` : mediaType
}

const eventsType = 'text/event-stream'

/** Whether a request asks for events rather than for a document, where there are both. */
export function prefersEvents(header: string | undefined): boolean {
  const ranges = splitOutsideQuotes(header ?? '', ',').map(readMediaType)
  const quality = (type: string) => Math.max(0, ...ranges.filter(({ name }) => name === type).map(qualityOf))
  return quality(eventsType) > 0 && quality(eventsType) >= quality(mediaType)
}

/** Throws `not_acceptable` when the request does not take events, where there is nothing else. */
export function assertAcceptsEvents(header: string | undefined): void {
  if (header === undefined || header.trim() === '') return
  const ranges = splitOutsideQuotes(header, ',').map(readMediaType)
  const best = [eventsType, 'text/*', '*/*'].map((type) => ranges.find(({ name }) => name === type)).find((range) => range !== undefined)
  if (best !== undefined && qualityOf(best) > 0) return
  const message = `what happens is told as ${eventsType}, and the request accepts only ${header.slice(0, 100)}`
  const hint = `send Accept: ${eventsType}`
  throw new KyozoError('not_acceptable', message, { hint, problems: [{ source: { header: 'Accept' }, message: `${message}; ${hint}` }] })
}

/** Throws `media_type_unsupported` when what was sent is not JSON:API, or is in a way that is not known here. */
export function assertContentType(header: string | undefined, { hasBody }: { readonly hasBody: boolean }): void {
  const sent = header === undefined ? undefined : readMediaType(header)
  if (!hasBody && sent?.name !== mediaType) return
  if (sent?.name === mediaType && !hasForeignParameter(sent) && !sent.parameters.has('ext')) return
  const message =
    sent?.name === mediaType
      ? `the Content-Type ${header?.slice(0, 100)} has a parameter that is not known here; only profile may be given`
      : `the body must be sent as ${mediaType}, not as ${header?.slice(0, 100) ?? 'nothing in particular'}`
  throw new KyozoError('media_type_unsupported', message, {
    hint: `send Content-Type: ${mediaType}`,
    problems: [{ source: { header: 'Content-Type' }, message: `${message}; send Content-Type: ${mediaType}` }],
  })
}

/** Others than the two that the specification allows; `q` and what follows it is about the choice, not the type. */
function hasForeignParameter({ parameters }: MediaType): boolean {
  return [...parameters.keys()].some((name) => name !== 'ext' && name !== 'profile' && name !== 'q')
}

function qualityOf({ parameters }: MediaType): number {
  const quality = Number(parameters.get('q') ?? '1')
  return Number.isNaN(quality) ? 0 : quality
}

function readMediaType(text: string): MediaType {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';').map((part) => part.trim())
  const parameters = rest
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      const value = at === -1 ? '' : part.slice(at + 1).trim()
      return [(at === -1 ? part : part.slice(0, at)).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1')] as const
    })
  return { name: name.toLowerCase(), parameters: new Map(parameters) }
}

/** A quoted value may hold the separator. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = ['']
  let isQuoted = false
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted
    if (character === separator && !isQuoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}
