// Helm charts as workloads: templates are no YAML before they are rendered, but the values beside them say which image runs, whom it calls
// and which databases the chart brings along.
import type { StatedAddress } from '../../claim.ts'
import { cutWithWarning } from '../../cut.ts'
import { baseName, joinPath } from '../../paths.ts'
import { field, isData, stringAt } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import { hostsIn } from '../hosts.ts'
import { backingOfImage } from '../kinds.ts'
import type { Workload } from './workload.ts'

export function helmWorkloads(repository: Repository): Workload[] {
  const charts = repository.foldersWith('Chart.yaml').map(({ path }) => path)
  return cutWithWarning(charts, { limit: chartsLimit, what: 'Helm charts' }, repository).flatMap((folder) => readChart(folder, repository))
}

/** Charts read in one repository, and parts of one: programs, required charts, addresses. */
const chartsLimit = 60
const partsLimit = 60

interface Chart {
  readonly name: string
  readonly path: string
  readonly text: string
  readonly brought: readonly Workload[]
}

function readChart(folder: string, repository: Repository): Workload[] {
  const chartPath = joinPath(folder, 'Chart.yaml')
  const about = repository.read.yaml(chartPath)?.data
  const path = joinPath(folder, 'values.yaml')
  const values = repository.tree.entries.has(path) ? repository.read.yaml(path)?.data : undefined
  const text = repository.read.text(path) ?? ''
  const name = stringAt(about, 'name') ?? baseName(folder)
  const brought = dependenciesOf(about, values).flatMap((one): Workload[] => {
    // Charts of databases are called like their images.
    if (backingOfImage(one) === undefined) return []
    const line = lineOf(repository.read.text(chartPath) ?? '', one)
    const evidence = { path: chartPath, ...(line === undefined ? {} : { line }), fact: `${name} brings ${one}` }
    return [{ ...blank, file: path, name: one, hosts: [one, `${name}-${one}`], image: one, evidence }]
  })
  const chart: Chart = { name, path, text, brought }
  return [...programsOf(values, chart), ...brought]
}

/** Charts that a chart requires, unless its values turn them off. */
function dependenciesOf(about: unknown, values: unknown): string[] {
  const list = field(about, 'dependencies')
  return (Array.isArray(list) ? list.slice(0, partsLimit) : []).flatMap((item: unknown) => {
    const name = stringAt(item, 'name')
    const condition = stringAt(item, 'condition')?.split(',')[0]?.split('.').slice(0, 6) ?? []
    const isOff = condition.length > 0 && condition.reduce(field, values) === false
    return name === undefined || isOff ? [] : [name]
  })
}

/** The chart's own program; of a chart for many, one for each part of the values that has an image. */
function programsOf(values: unknown, chart: Chart): Workload[] {
  const own = imageIn(values)
  if (own !== undefined) return [programOf(chart.name, values, { chart, image: own })]
  const parts = isData(values) ? Object.entries(values).slice(0, partsLimit) : []
  return parts.flatMap(([name, part]) => {
    const image = imageIn(part)
    return image === undefined ? [] : [programOf(name, part, { chart, image })]
  })
}

function imageIn(values: unknown): string | undefined {
  const image = field(values, 'image')
  const named = typeof image === 'string' ? image : (stringAt(image, 'repository') ?? stringAt(image, 'name'))
  return named === undefined || named === '' || named.length > 300 || named.includes('{{') ? undefined : named
}

function programOf(name: string, values: unknown, { chart, image }: { chart: Chart; image: string }): Workload {
  const { path, text, brought } = chart
  const line = lineOf(text, image)
  const override = stringAt(values, 'fullnameOverride')
  return {
    ...blank,
    file: path,
    name,
    hosts: [...new Set([name, ...(override === undefined ? [] : [override]), `${chart.name}-${name}`])],
    image,
    dependsOn: brought.map((one) => ({ service: one.name, evidence: one.evidence })),
    addresses: addressesIn(values, chart),
    evidence: { path, ...(line === undefined ? {} : { line }), fact: `chart for ${image}` },
  }
}

const blank = { image: undefined, folders: [], dependsOn: [], addresses: [], isStack: false, isForDevelopers: false } as const

/** Parts of the values that speak of the chart itself and not of whom the program calls. */
const otherParts = new Set(['image', 'ingress', 'serviceAccount', 'resources', 'annotations', 'tolerations', 'nodeSelector', 'affinity'])

/** Values that are addresses with a port or a scheme, under the variable that they are given to where the values name it. */
function addressesIn(values: unknown, { path, text }: Chart): StatedAddress[] {
  return leavesIn(values, { name: '', depth: 0 })
    .filter(({ value }) => value.length <= 500 && hostsIn(value).length > 0)
    .slice(0, partsLimit)
    .map(({ name, value }): StatedAddress => {
      const variable = /^[A-Z][A-Z0-9_]{1,63}$/.test(name) ? name : 'helm.value'
      const line = lineOf(text, value.slice(0, 80))
      return { variable, value, from: 'compose', evidence: { path, ...(line === undefined ? {} : { line }), fact: name.slice(0, 80) } }
    })
}

interface Leaf {
  readonly name: string
  readonly value: string
}

/** Texts by their keys; the value of a pair of `name` and `value` by its name. */
function leavesIn(value: unknown, { name, depth }: { name: string; depth: number }): Leaf[] {
  if (typeof value === 'string') return [{ name, value }]
  if (depth > 8) return []
  if (Array.isArray(value)) return value.slice(0, partsLimit).flatMap((item) => leavesIn(item, { name, depth: depth + 1 }))
  const given = stringAt(value, 'name')
  const entries = isData(value) ? Object.entries(value).slice(0, 200) : []
  return entries
    .filter(([key]) => !otherParts.has(key))
    .flatMap(([key, item]) => leavesIn(item, { name: key === 'value' ? (given ?? key) : key, depth: depth + 1 }))
}
