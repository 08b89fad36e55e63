// Volumes whose data a change would put out of reach. kyozo deletes none, so that everything here can be mended; unnoticed it is a loss all the same.
import type { StackService, StackSpec } from '../stack/stack.ts'
import type { Continued } from './continued.ts'
import { databaseOf, unreadable } from './databases.ts'
import type { ReviewedSide, ServiceFacts, VolumeRisk } from './review.ts'

export interface RiskInput {
  readonly before: ReviewedSide | null
  readonly after: ReviewedSide
  /** By the name after the change. */
  readonly continued: ReadonlyMap<string, Continued>
  readonly facts: { readonly before: ReadonlyMap<string, ServiceFacts>; readonly after: ReadonlyMap<string, ServiceFacts> }
}

export function volumesAtRisk(input: RiskInput): readonly VolumeRisk[] {
  const { before, after, continued } = input
  const goesOnAs = new Map([...continued.values()].map((one) => [one.before.name, one]))
  const mounted = new Set(after.stack.volumes)
  const risks = (before?.stack.services ?? []).flatMap((service) => {
    const now = goesOnAs.get(service.name)
    const mounts = input.facts.before.get(service.name)?.mounts ?? []
    return mounts.flatMap(({ volume, target }) => {
      if (!mounted.has(volume)) return [unmounted({ volume, service, now }, input)]
      if (now === undefined) return []
      return [...moved({ volume, service, now, target }, input), ...unread({ volume, service, now }, after.stack)]
    })
  })
  // Several services may have mounted one volume: what becomes of it is said once.
  return [...new Map(risks.map((risk) => [`${risk.kind} ${risk.volume}`, risk])).values()]
}

interface Held {
  readonly volume: string
  readonly service: StackService
  /** What the service goes on as; undefined when it is removed. */
  readonly now: Continued | undefined
}

const keptWords = 'kyozo keeps the volume, and nothing reads it'

function unmounted({ volume, service, now }: Held, { before, after, facts }: RiskInput): VolumeRisk {
  const { name } = service
  const at = { volume, service: name }
  if (now === undefined) {
    const heir = replacedBy(name, { before: before!, after })
    const why = heir === undefined ? `${name} is removed` : `${heir} takes the place of ${name}, and begins empty`
    const advice =
      heir === undefined ? 'copy what is still needed, or keep the service' : `move the data from ${name} to ${heir} before ${name} goes`
    return { ...at, kind: heir === undefined ? 'unmounted' : 'other_product', words: `${why}; ${keptWords}`, advice }
  }
  const empty = newVolumes(now, facts)
  const begins = empty.length === 0 ? '' : ` and begins with ${empty.join(', ')}, which ${empty.length === 1 ? 'is' : 'are'} empty`
  if (now.move?.fix != null)
    return { ...at, kind: 'left_behind', words: `${name} goes on as ${now.after.name}${begins}; ${keptWords}`, advice: now.move.fix }
  const advice = empty.length === 0 ? `mount ${volume} again, or copy what is still needed` : `keep the name ${volume}, or move the data`
  return { ...at, kind: 'unmounted', words: `${name} does not mount it any more${begins}; ${keptWords}`, advice }
}

function newVolumes({ before, after }: Continued, facts: RiskInput['facts']): readonly string[] {
  const had = facts.before.get(before.name)?.mounts.map(({ volume }) => volume) ?? []
  return (facts.after.get(after.name)?.mounts ?? []).map(({ volume }) => volume).filter((volume) => !had.includes(volume))
}

/** A new backing service that serves somebody who was served by the old one, when nobody needs the old one any more. */
function replacedBy(name: string, { before, after }: { readonly before: ReviewedSide; readonly after: ReviewedSide }): string | undefined {
  const known = new Set(before.stack.services.map((service) => service.name))
  const wanted = before.topology.services.filter(({ dependsOn }) => dependsOn.some(({ service }) => service === name))
  const variables = new Set(
    wanted.flatMap(({ dependsOn }) => dependsOn.flatMap((need) => (need.service === name ? variablesOf(need) : []))),
  )
  const clients = new Set(wanted.map((spec) => spec.name))
  const needs = after.topology.services.flatMap((spec) => spec.dependsOn.map((need) => ({ need, isClient: clients.has(spec.name) })))
  const heir = needs.find(
    ({ need, isClient }) =>
      need.backing !== undefined && !known.has(need.service) && isClient && variablesOf(need).some((variable) => variables.has(variable)),
  )
  return heir?.need.service
}

function variablesOf({ connection, connections }: ReviewedSide['topology']['services'][number]['dependsOn'][number]): readonly string[] {
  return (connections ?? (connection === undefined ? [] : [connection])).map(({ variable }) => variable)
}

/** The same volume in another place: what is in it is not where the service looks. */
function moved(
  { volume, service, now, target }: Held & { readonly now: Continued; readonly target: string },
  input: RiskInput,
): readonly VolumeRisk[] {
  const places = (input.facts.after.get(now.after.name)?.mounts ?? []).filter((mount) => mount.volume === volume)
  if (places.length === 0 || places.some((mount) => mount.target === target)) return []
  const words = `${now.after.name} finds it at ${places[0]!.target} and no longer at ${target}`
  return [
    { kind: 'elsewhere', volume, service: service.name, words, advice: `make sure that it looks there, or mount it at ${target} again` },
  ]
}

function unread({ volume, service, now }: Held & { readonly now: Continued }, after: StackSpec): readonly VolumeRisk[] {
  const young = after.services.find(({ name }) => name === now.after.name)
  if (young === undefined || !young.volumes.includes(volume)) return []
  const [old, other] = [databaseOf(service), databaseOf(young)]
  if (old === undefined && other === undefined) return []
  const at = { volume, service: service.name }
  if (old === undefined || other === undefined || old.kind !== other.kind) {
    const [was, is] = [old?.kind ?? 'something else', other?.kind ?? 'something else']
    const words = `${now.after.name} was ${was} and is ${is}, which does not read what the other wrote`
    return [{ ...at, kind: 'other_product', words, advice: 'give it a volume of its own, and move the data' }]
  }
  const refused = unreadable(old, other)
  return refused === undefined ? [] : [{ ...at, kind: 'other_version', words: refused.words, advice: refused.how }]
}
