// Runtimes that get no more security fixes. A table of what has ended, so that the same commit gets the same advice on every day.
import type { Evidence, Recommendation, ServiceSpec, ServiceType } from '../topology.ts'
import { dockerfileOf, forEachService } from './rule.ts'

interface Ended {
  readonly type: ServiceType
  /** Names of official images of the runtime. */
  readonly images: readonly string[]
  /** Versions with the day of their last fix. */
  readonly versions: Readonly<Record<string, string>>
  readonly supported: string
}

/** From the projects' own pages, as of November 2026: Node.js, Python, Ruby, PHP, Go, .NET. */
const ended: readonly Ended[] = [
  { type: 'nodejs', images: ['node'], supported: '24', versions: { 8: '2019-12-31', 10: '2021-04-30', 12: '2022-04-30', 14: '2023-04-30', 16: '2023-09-11', 17: '2022-06-01', 18: '2025-04-30', 19: '2023-06-01', 20: '2026-04-30', 21: '2024-06-01', 23: '2025-06-01' } },
  { type: 'python', images: ['python'], supported: '3.13', versions: { 2.7: '2020-01-01', 3.5: '2020-09-30', 3.6: '2021-12-23', 3.7: '2023-06-27', 3.8: '2024-10-07', 3.9: '2025-10-31', '3.10': '2026-10-31' } },
  { type: 'ruby', images: ['ruby'], supported: '3.4', versions: { 2.4: '2020-03-31', 2.5: '2021-04-05', 2.6: '2022-04-12', 2.7: '2023-03-31', '3.0': '2024-04-23', 3.1: '2025-03-26', 3.2: '2026-03-31' } },
  { type: 'php', images: ['php'], supported: '8.4', versions: { 5.6: '2018-12-31', '7.0': '2019-01-10', 7.1: '2019-12-01', 7.2: '2020-11-30', 7.3: '2021-12-06', 7.4: '2022-11-28', '8.0': '2023-11-26', 8.1: '2025-12-31' } },
  { type: 'golang', images: ['golang'], supported: '1.25', versions: Object.fromEntries(Array.from({ length: 23 }, (_, minor) => [`1.${minor}`, '2025-02-11'])) },
  { type: 'dotnet', images: ['aspnet', 'dotnet', 'runtime', 'sdk'], supported: '10.0', versions: { 2.1: '2021-08-21', 2.2: '2019-12-23', '3.0': '2020-03-03', 3.1: '2022-12-13', '5.0': '2022-05-10', '6.0': '2024-11-12', '7.0': '2024-05-14', '8.0': '2026-11-10', '9.0': '2026-11-10' } },
] // biome-ignore format: a table

export const adviseRuntime = forEachService((service, repository): Recommendation | undefined => {
  const rule = ended.find(({ type }) => type === service.type)
  if (rule === undefined) return undefined
  const facts = dockerfileOf(service, repository)
  const stage = facts?.stages.findLast(({ image }) => rule.images.includes(nameOf(image)))
  const tagged =
    stage === undefined || facts === undefined
      ? undefined
      : { version: versionIn(stage.image), evidence: { path: facts.path, line: stage.line, fact: `FROM ${stage.image}` } }
  const stated =
    facts === undefined && service.type !== 'golang' && service.version !== undefined
      ? { version: service.version, evidence: statedAt(service) }
      : undefined
  const found = tagged ?? stated
  const version = found?.version === undefined ? undefined : Object.keys(rule.versions).find((key) => isVersion(found.version ?? '', key))
  if (found === undefined || version === undefined) return undefined
  return {
    code: 'runtime_ended',
    message: `${service.name} runs on ${rule.images[0]} ${version}, which got its last security fixes on ${rule.versions[version]}${service.type === 'golang' ? ' or before' : ''}.`,
    fix: `Move to ${rule.supported}.`,
    evidence: [found.evidence],
  }
})

function nameOf(image: string): string {
  return /([\w.-]{1,100})(?::[^/]{0,128})?$/.exec(image.split('@')[0] ?? '')?.[1] ?? ''
}

function versionIn(image: string): string | undefined {
  return /:v?(\d{1,3}(?:\.\d{1,3})?)/.exec(image)?.[1]
}

/** `16` is meant by 16 and by 16.3; `3.8` by 3.8 alone. */
function isVersion(written: string, key: string): boolean {
  const [major = '', minor] = written.split('.')
  return key.includes('.') ? `${major}.${minor ?? '0'}` === key && (minor !== undefined || key.endsWith('.0')) : major === key
}

function statedAt({ evidence, path, version }: ServiceSpec): Evidence {
  const [first] = evidence
  return { ...(first ?? { path }), fact: `version ${version}` }
}
