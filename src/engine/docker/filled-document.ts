// The document with the values of its variables in it, and each service with the secrets that it is started with: what Compose is given on its
// standard input, and what is kept nowhere.
import { parse } from 'yaml'
import { KyozoError } from '../../errors.ts'
import type { ComposeFiles } from '../engine.ts'

type Data = null | string | number | boolean | readonly Data[] | { readonly [key: string]: Data }

/** JSON, which is YAML too: no value can end a text or begin a variable. Throws `engine_refused` when a secret is for a service that the document has not. */
export function filledDocument(files: ComposeFiles): string {
  const document = fill(parse(files.document) as Data, files.variables) as { readonly services?: { readonly [name: string]: Data } }
  const services = { ...document.services }
  for (const [name, secrets] of Object.entries(files.secrets ?? {})) {
    const service = services[name]
    if (!isMap(service)) throw new KyozoError('engine_refused', `${name} is given secrets and is not in the stack`, { service: name })
    const environment = isMap(service.environment) ? service.environment : {}
    const values = Object.entries(secrets).map(([variable, value]) => [variable, value.replaceAll('$', '$$$$')])
    services[name] = { ...service, environment: { ...environment, ...Object.fromEntries(values) } }
  }
  return JSON.stringify({ ...document, services })
}

/** As kyozo writes them (stack/compose-value.ts): a dollar sign that is meant is doubled, and a variable stands in braces. */
const variablePattern = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g

function fill(data: Data, values: Readonly<Record<string, string>>): Data {
  if (typeof data === 'string')
    return data.replace(variablePattern, (whole, name: string | undefined) => {
      const value = name !== undefined && Object.hasOwn(values, name) ? values[name] : undefined
      return value === undefined || value === '' ? whole : value.replaceAll('$', '$$$$')
    })
  if (isList(data)) return data.map((item) => fill(item, values))
  if (!isMap(data)) return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fill(value, values)]))
}

function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data)
}

function isMap(data: Data | undefined): data is { readonly [key: string]: Data } {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
