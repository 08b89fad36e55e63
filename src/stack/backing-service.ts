// A backing service of the topology as a draft of the stack.
import { isProvided } from '../topology/relations/kinds.ts'
import type { BackingService } from '../topology/topology.ts'
import { type BackingRecipe, backingRecipe } from './backing.ts'
import type { ComposeMap } from './compose-value.ts'
import { confine, healthcheck, limit, supervise } from './defaults.ts'
import { sayEvidence } from './reasons.ts'
import type { ServiceDraft } from './service-draft.ts'
import type { StackInput } from './specify.ts'
import { composeCpus, composeMemory } from './units.ts'

/** None for what is external: its users reach it outside the stack, as the topology recommends. */
export function draftBackingService(backing: BackingService, images: StackInput['backingImages'] = {}): ServiceDraft | undefined {
  const { name, kind, evidence, isExternal } = backing
  if (isExternal === true || !isProvided(kind)) return undefined
  const recipe = backingRecipe(kind, name)
  const image = images[kind] ?? recipe.image
  const volume = `${name}-data`
  return {
    name,
    type: 'backing',
    definition: defineBacking({ name, recipe, image, volume }),
    environment: recipe.environment,
    declared: new Set(),
    reasons: [
      `${name}: ${kind}, because ${sayEvidence(evidence)}`,
      `Runs ${image} with ${recipe.resources.memory} of memory and ${recipe.resources.cpu} CPU: kyozo's choice for ${kind}.`,
      ...(recipe.login.password === undefined ? [] : ['kyozo makes its password, once for each environment.']),
      recipe.dataFolder === undefined ? 'It keeps nothing: a restart begins empty.' : `Its data stays in the volume ${volume}.`,
    ],
    image,
    port: recipe.port,
    health: { kind: 'exec', command: commandOf(recipe.healthcheck) },
    hasHealthcheck: true,
    isOneShot: false,
    replicas: 1,
    volumes: recipe.dataFolder === undefined ? [] : [volume],
    endpoint: { host: name, port: recipe.port, ...recipe.login },
    hasMadeLogin: true,
    needs: [],
    evidence,
  }
}

interface BackingDefinition {
  readonly name: string
  readonly recipe: BackingRecipe
  readonly image: string
  readonly volume: string
}

function defineBacking({ name, recipe, image, volume }: BackingDefinition): ComposeMap {
  return {
    image,
    ...(recipe.hasFixedHostname ? { hostname: name } : {}),
    ...(recipe.command === undefined ? {} : { command: recipe.command }),
    ...(recipe.dataFolder === undefined ? {} : { volumes: [{ type: 'volume', source: volume, target: recipe.dataFolder }] }),
    healthcheck: healthcheck(recipe.healthcheck),
    ...supervise(),
    ...confine(recipe),
    ...limit({ memory: composeMemory(recipe.resources.memory), cpus: composeCpus(recipe.resources.cpu) }),
  }
}

/** Compose's `test` as the command that it runs. */
export function commandOf(test: readonly string[]): readonly string[] {
  const [form, ...rest] = test
  return form === 'CMD-SHELL' ? ['/bin/sh', '-c', ...rest] : form === 'CMD' ? rest : test
}
