// A claim as kyozo.yaml corrects it, before anything else is read from it: so links, templates and resources follow the correction.
import type { Claim, ClaimedSpec, Facts } from '../claim.ts'
import { emptyClaim } from '../reading/source-signs.ts'
import type { ServiceType } from '../topology.ts'
import type { DeclaredService } from './schema.ts'
import { noneWord } from './values.ts'

/** Types that run the same programs, so that one said instead of another keeps what was read. */
const kin: readonly (readonly ServiceType[])[] = [['nodejs', 'bun', 'deno']]

/** The claim that the folder's files make for a type; else what is known besides, as far as it holds for the type too. */
export function claimOfType(type: ServiceType, instead: Claim | undefined, claims: readonly Claim[]): Claim {
  const known = claims.find((claim) => claim.type === type)
  if (known !== undefined) return known
  const other = instead ?? claims[0]
  if (other === undefined) return emptyClaim(type)
  if (kin.some((group) => group.includes(type) && group.includes(other.type))) {
    const { version: _, packageManager: __, ...spec } = other.spec
    return { ...other, type, spec }
  }
  const { buildCommand, name } = other.spec
  const kept = { ...(name === undefined ? {} : { name }) }
  if (type !== 'static_site') return { ...emptyClaim(type), spec: kept }
  // A site that another program's tools build is served from what they leave.
  const built = buildCommand === undefined ? { facts: { isBuilt: false } } : { buildCommand, facts: { isBuilt: true } }
  return { ...emptyClaim(type), hasManifest: other.hasManifest, spec: { ...kept, ...built } }
}

export function withDeclaredFacts(claim: Claim, { framework, build, package_manager: manager }: DeclaredService): Claim {
  if (framework === undefined && build?.output === undefined && build?.command === undefined && manager === undefined) return claim
  const { framework: guessed, ...rest } = manager === undefined ? claim.spec : runBy(manager, claim.spec)
  const named = framework ?? guessed
  const spec: ClaimedSpec = named === undefined || named === noneWord ? rest : { ...rest, framework: named }
  return { ...claim, spec: claim.type === 'static_site' ? builtSite(spec, build) : spec }
}

function builtSite(spec: ClaimedSpec, build: DeclaredService['build']): ClaimedSpec {
  const { command, output } = build ?? {}
  const facts: Facts = { ...spec.facts, ...(command === undefined ? {} : { isBuilt: command !== noneWord }) }
  return { ...spec, facts: output === undefined ? facts : { ...facts, outputFolder: output } }
}

/** A script that was to be run by one package manager is run by the other, which is the one that is there. */
function runBy(manager: string, spec: ClaimedSpec): ClaimedSpec {
  const isRunner = /^(?:npm|pnpm|yarn|bun)$/.test(manager)
  const renamed = (command: string) => (isRunner ? command.replace(/^(?:npm|pnpm|yarn|bun) run(?= )/, `${manager} run`) : command)
  return {
    ...spec,
    ...(spec.buildCommand === undefined ? {} : { buildCommand: renamed(spec.buildCommand) }),
    ...(spec.start === undefined ? {} : { start: renamed(spec.start) }),
  }
}
