// Reads templates/ from disk, once, when kyozo starts. A template that is not right is an error then, not at somebody's push.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { asKyozoError, KyozoError } from './errors.ts'
import type { Template } from './stack/template.ts'
import { serviceTypes } from './topology/topology.ts'

const templatesFolder = join(import.meta.dirname, '../templates')
/** Holds texts that several templates include; it is no template itself. */
const partialsFolder = 'partials'

const absolutePath = z.string().regex(/^\/[\w./-]+$/, 'must be an absolute path')
const version = z.string().regex(/^\d+(\.\d+)?$/, 'must be a version such as 24 or 3.12')
const commandWords = z.array(z.string().min(1)).min(1)

const declaration = z.strictObject({
  types: z.array(z.enum(serviceTypes)).min(1),
  partials: z.array(z.string().regex(/^[a-z0-9-]+$/)).default([]),
  versions: z.strictObject({ default: version, oldest: version, parts: z.union([z.literal(1), z.literal(2)]) }).optional(),
  manifests: z.array(z.string().min(1)).default([]),
  ignore: z.array(z.string().min(1)).default([]),
  isReadOnly: z.boolean(),
  writableFolders: z.array(absolutePath),
  capabilities: z.array(z.string().regex(/^[A-Z_]+$/)),
  defaultPort: z.int().min(1).max(65_535).optional(),
  health: z.strictObject({ http: commandWords.optional(), tcp: commandWords.optional() }).optional(),
})

/** Every template by its folder's name, sorted. Throws `template_missing` for a folder that holds no proper template. */
export async function loadTemplates(folder: string = templatesFolder): Promise<readonly Template[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new KyozoError('template_missing', `the templates in ${folder} cannot be read`, { hint: 'install kyozo again', cause: error })
  })
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== partialsFolder).map(({ name }) => name)
  return Promise.all(names.sort().map((name) => loadTemplate(folder, name)))
}

async function loadTemplate(folder: string, name: string): Promise<Template> {
  try {
    const { partials, ...declared } = declaration.parse(parse(await readFile(join(folder, name, 'template.yaml'), 'utf8')))
    const texts = await Promise.all(partials.map((partial) => readFile(join(folder, partialsFolder, `${partial}.liquid`), 'utf8')))
    return {
      name,
      ...withoutUndefined(declared),
      dockerfile: await readFile(join(folder, name, 'Dockerfile.liquid'), 'utf8'),
      partials: Object.fromEntries(partials.map((partial, index) => [partial, texts[index] ?? ''])),
    }
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : asKyozoError(error).message
    throw new KyozoError('template_missing', `the template ${name} is not right: ${reason}`, {
      hint: 'docs/adding-a-template.md says what a template is',
      cause: error,
    })
  }
}

type Declaration = Omit<z.infer<typeof declaration>, 'partials'>

function withoutUndefined({ versions, defaultPort, health, ...rest }: Declaration): Omit<Template, 'name' | 'dockerfile'> {
  const http = health?.http
  const tcp = health?.tcp
  return {
    ...rest,
    ...(versions === undefined ? {} : { versions }),
    ...(defaultPort === undefined ? {} : { defaultPort }),
    ...(health === undefined ? {} : { health: { ...(http && { http }), ...(tcp && { tcp }) } }),
  }
}
