// schema.prisma: its datasource names the database and the variable that holds its address.
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { BackingKind } from '../../topology.ts'
import { ruleOf } from '../kinds.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'

const places = [
  'prisma/schema.prisma',
  'schema.prisma',
  'prisma/schema/schema.prisma',
  'src/prisma/schema.prisma',
  'db/schema.prisma',
  'prisma/schema/base.prisma',
]

const providers: Readonly<Record<string, BackingKind>> = {
  postgresql: 'postgres', postgres: 'postgres', mysql: 'mysql', sqlserver: 'sqlserver', mongodb: 'mongodb', cockroachdb: 'cockroachdb',
} // biome-ignore format: a table

export const readPrisma: ConfigurationReader = ({ path: folder }, repository) => {
  const path = places.map((place) => joinPath(folder, place)).find((place) => repository.tree.entries.has(place))
  const text = path === undefined ? '' : (repository.read.text(path) ?? '').slice(0, configurationLimit)
  const block = /^[ \t]{0,20}datasource\s{1,10}\w{1,60}\s{0,10}\{([^}]{0,2000})\}/m.exec(text)
  const provider = /\bprovider\s{0,20}=\s{0,20}"(\w{1,30})"/.exec(block?.[1] ?? '')?.[1]
  const kind = provider !== undefined && Object.hasOwn(providers, provider) ? providers[provider] : undefined
  const rule = kind === undefined ? undefined : ruleOf(kind)
  if (path !== undefined && block !== null && provider === 'sqlite')
    return { dataFile: { evidence: { path, line: lineAt(text, block.index), fact: 'datasource of Prisma is sqlite' } } }
  if (path === undefined || block === null || kind === undefined || rule === undefined) return {}
  const variable = /\burl\s{0,20}=\s{0,20}env\("(\w{1,100})"\)/.exec(block[1] ?? '')?.[1] ?? 'DATABASE_URL'
  const scheme = kind === 'postgres' ? 'postgresql' : (rule.schemes[0] ?? kind)
  const template = rule.template.startsWith('://') ? `${scheme}${rule.template}` : rule.template
  const evidence = { path, line: lineAt(text, block.index), fact: `datasource of Prisma is ${provider}` }
  return { configured: [{ kind, connections: [{ variable, template }], evidence }] }
}
