// kyozo.yaml has the last word about services: it corrects, adds and leaves out.
import { confidence, isStack } from '../claim.ts'
import { stacksOf } from '../compose/mapping/stacks.ts'
import { toLabel } from '../naming.ts'
import { nearestWord } from '../nearest.ts'
import { cleanPath, printable } from '../paths.ts'
import type { Draft, DraftInput } from '../services.ts'
import { claimOfType, withDeclaredFacts } from './declared-claim.ts'
import type { DeclaredService } from './schema.ts'

/** Names are settled already: a service that kyozo.yaml places at a path has its name, so only the name is looked up. */
export function correctByDeclaration(drafts: readonly Draft[], input: DraftInput): Draft[] {
  let corrected = [...drafts]
  for (const [key, service] of Object.entries(input.declared.declaration.services ?? {})) {
    const found = findKeyed(key, service, corrected)
    if (found?.declaredAs !== undefined) refuseTwice(key, found, input)
    if (service.ignore === true) corrected = leaveOut(corrected, { key, service, found, input })
    else if (found !== undefined) corrected = corrected.map((draft) => (draft === found ? correct(draft, { key, service, input }) : draft))
    else if (input.declared.onlySet?.has(key) && service.path === undefined && service.build?.image === undefined) continue
    // A service may still be missing only because the texts that tell of it are.
    else if (input.repository.tree.wanted.size === 0) corrected.push(addDeclared({ key, service, input }, corrected))
  }
  return corrected
}

/** By its name, by the name that its compose file gives it, and by that name as kyozo spells it: `Web_API` is `web-api`. */
function findKeyed(key: string, { path }: DeclaredService, drafts: readonly Draft[]): Draft | undefined {
  const inFile = path === undefined ? drafts.find(({ compose }) => compose?.service.name === key) : undefined
  return drafts.find(({ name }) => name === key) ?? inFile ?? drafts.find(({ name }) => name === toLabel(key))
}

interface Correction {
  readonly key: string
  readonly service: DeclaredService
  readonly input: DraftInput
}

function refuseTwice(key: string, { name, declaredAs }: Draft, { declared }: DraftInput): void {
  declared.refuse(['services', key], `services.${key} and services.${declaredAs} are both the service ${name}; keep one of them`)
}

/** A service of a compose file is left out of its stack too; what a path no longer holds needs no leaving out. */
function leaveOut(drafts: readonly Draft[], { key, service, found, input }: Correction & { readonly found: Draft | undefined }): Draft[] {
  const file = found?.compose?.file ?? composeFileWith(key, input)
  const inFile = found?.compose?.service.name ?? key
  if (found === undefined && file === undefined && service.path === undefined && input.repository.tree.wanted.size === 0)
    refuseUnknown(key, drafts, input, 'there is nothing to ignore')
  const rest = drafts.filter((draft) => draft !== found)
  return file === undefined ? rest : rest.map((draft) => (isStackOf(draft, file) ? withoutComposed(draft, inFile) : draft))
}

function composeFileWith(name: string, { decision, repository }: DraftInput): string | undefined {
  return stacksOf(decision, repository).find(({ facts }) => facts.services.some((service) => service.name === name))?.facts.file
}

function isStackOf({ claim }: Draft, file: string): boolean {
  return claim.type === 'compose_stack' && claim.spec.facts?.composeFile === file
}

function withoutComposed(draft: Draft, name: string): Draft {
  const { claim } = draft
  const { leftOut = [], ...facts } = claim.spec.facts ?? {}
  return {
    ...draft,
    claim: { ...claim, spec: { ...claim.spec, facts: { ...facts, leftOut: [...(Array.isArray(leftOut) ? leftOut : []), name] } } },
  }
}

function correct(draft: Draft, { key, service, input }: Correction): Draft {
  const sign = { ...input.declared.at(['services', key], `declared in kyozo.yaml`), weight: 1 }
  const claims = input.decision.claims.get(draft.path) ?? []
  const typed =
    service.type === undefined || service.type === draft.claim.type ? draft.claim : claimOfType(service.type, draft.claim, claims)
  const claim = withDeclaredFacts(typed, service)
  const signs = [...claim.signs.filter(({ weight }) => weight > 0), sign]
  return { ...draft, claim: { ...claim, signs }, confidence: confidence(signs), declared: service, declaredAs: key }
}

function addDeclared({ key, service, input }: Correction, drafts: readonly Draft[]): Draft {
  const { declared, decision, repository } = input
  const at = ['services', key] as const
  const isImage = service.build?.image !== undefined
  const path = service.path === undefined ? undefined : cleanPath(service.path)
  if (path === undefined && !isImage) return refuseUnknown(key, drafts, input)
  if (path !== undefined && !repository.tree.folders.has(path) && path !== '.') {
    const near = nearestWord(path, [...repository.folders.keys()])
    const fix = repository.tree.entries.has(path) ? 'it is a file; name its folder' : near && `did you mean ${near}?`
    const problem = `services.${key}.path: ${JSON.stringify(printable(path))} is not a folder of the repository`
    return declared.refuse([...at, 'path'], fix === undefined ? problem : `${problem}; ${fix}`)
  }
  const claims = (path === undefined ? [] : (decision.claims.get(path) ?? [])).filter(({ type }) => !isStack(type))
  const strongest = claims.find(({ signs }) => signs.some(({ weight }) => weight > 0))
  const canBuild = isImage || service.build?.dockerfile !== undefined || service.build?.template !== undefined
  const type = service.type ?? strongest?.type ?? (canBuild ? 'containerized' : undefined)
  if (type === undefined) return declared.refuse(at, `services.${key}: nothing in ${path} says what it is; give it a type or a build`)
  const blank = { name: toLabel(key), path: path ?? '.', confidence: 1, alternatives: [], claim: claimOfType(type, strongest, claims) }
  return correct(blank, { key, service, input })
}

/** Names shown of a large repository. */
const namesShown = 30

function refuseUnknown(key: string, drafts: readonly Draft[], input: DraftInput, otherwise = `give ${key} a path to add it`): never {
  const at = ['services', key] as const
  const file = composeFileWith(key, input)
  if (file !== undefined) {
    const fix = `change it there, or leave it out with \`${key}: {ignore: true}\``
    return input.declared.refuse(at, `services.${key}: ${key} is an image that ${file} runs as it says there; ${fix}`)
  }
  const names = drafts.filter(({ claim }) => !isStack(claim.type)).map(({ name }) => name)
  const near = nearestWord(key, names)
  const found = names.length === 0 ? 'no service was found' : `there are ${names.slice(0, namesShown).join(', ')}`
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : ''
  const fix = near === undefined ? otherwise : `did you mean ${near}?`
  return input.declared.refuse(at, `services.${key}: no service is called ${key}; ${found}${more}; ${fix}`)
}
