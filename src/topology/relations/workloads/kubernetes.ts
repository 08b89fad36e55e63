// Kubernetes manifests as workloads: what their containers run and the variables that they are given.
import type { StatedAddress } from '../../claim.ts'
import { selects } from '../../kubernetes/entrances.ts'
import type { Container, ManifestFacts } from '../../kubernetes/manifests.ts'
import { findManifestStacks } from '../../kubernetes/stacks.ts'
import { parentOf } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Workload } from './workload.ts'

export function kubernetesWorkloads(repository: Repository): Workload[] {
  const manifests = [...findManifestStacks(repository).values()].flatMap((stack) => stack.manifests)
  const selecting = manifests.flatMap(({ services }) => services).slice(0, servicesLimit)
  const settings = manifests.flatMap(({ path, settings: held }) => held.map((setting) => ({ ...setting, path })))
  return mainOnes(
    manifests.flatMap(({ path, workloads }) =>
      workloads.map(({ name, containers, labels, evidence }): Workload => {
        const [first] = containers
        const plain = name.replace(/-v\d{1,3}$/, '')
        const only = containers.length === 1 && first !== undefined ? [first.name] : []
        const selectedBy = selecting.filter(({ selector }) => selects(selector, labels)).map((service) => service.name)
        return {
          file: path,
          name,
          hosts: [...new Set([plain, name, ...selectedBy, ...only])],
          image: first?.image,
          folders: [],
          dependsOn: [],
          addresses: containers.flatMap((container) => addressesOf(container, { path, settings })).slice(0, variablesLimit),
          isStack: false,
          isForDevelopers: false,
          evidence,
        }
      }),
    ),
  )
}

/** Services of Kubernetes that are matched with workloads. */
const servicesLimit = 500

/** Variables of one workload that are looked at. */
const variablesLimit = 100

/** Of manifests for the same workload, such as overlays and alternatives, those nearest to the root tell how it usually runs. */
function mainOnes(workloads: readonly Workload[]): Workload[] {
  const depth = ({ file }: Workload) => file.split('/').length
  const nearest = new Map<string, number>()
  for (const workload of workloads)
    nearest.set(workload.name, Math.min(nearest.get(workload.name) ?? Number.POSITIVE_INFINITY, depth(workload)))
  return workloads.filter((workload) => nearest.get(workload.name) === depth(workload))
}

interface Surroundings {
  readonly path: string
  readonly settings: readonly (ManifestFacts['settings'][number] & { readonly path: string })[]
}

function addressesOf({ environment, configMaps }: Container, { path, settings }: Surroundings): StatedAddress[] {
  const own = environment.flatMap(({ name, value, evidence }): StatedAddress[] =>
    value === undefined ? [] : [{ variable: name, value, evidence, from: 'compose' }],
  )
  const given = configMaps.flatMap((map) => {
    const same = settings.filter((setting) => setting.map === map)
    // Of maps that share a name, the one beside the workload is meant.
    const beside = same.filter((setting) => parentOf(setting.path) === parentOf(path))
    return (beside.length > 0 ? beside : same).map(({ name, value, evidence }) => ({
      variable: name,
      value,
      evidence,
      from: 'compose' as const,
      isShared: true,
    }))
  })
  return [...own, ...given]
}
