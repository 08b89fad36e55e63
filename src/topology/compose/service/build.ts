// `build`: a context inside the repository, a Dockerfile of the repository or inline, and nothing that changes the builder.

import { resolvePath } from '../../paths.ts'
import { readKeys, refuseShape } from '../apply-policy.ts'
import { contentOf, isRemote, pathInside, whyNot } from '../files.ts'
import { reservedBuildArgs } from '../grants.ts'
import type { Located, LocatedMap, Place } from '../located.ts'
import type { ComposeModelBuild } from '../model.ts'
import { buildKeys } from '../policy.ts'
import { differ, refuse, refuseMissing, type Scope, variableOf } from '../scope.ts'
import { pairsOf, textOf, textsOf } from '../values.ts'
import { shown } from '../wording.ts'

/** What one file says of the build; `extends` lays one over another. */
export type BuildDraft = Partial<{ -readonly [Key in keyof ComposeModelBuild]: ComposeModelBuild[Key] }> & { dockerfileName?: string }

export function readBuild(scope: Scope, node: Located): BuildDraft | undefined {
  if (node.kind === 'list') return refuseShape(scope, node.place, '`build` must be a folder, or a map with a `context`')
  if (node.kind === 'scalar') {
    const context = textOf(scope, node)
    return context === undefined ? undefined : withContext(scope, node.place, context)
  }
  return longBuild(scope, node)
}

function withContext(scope: Scope, place: Place, path: string): BuildDraft {
  const context = pathInside(scope, place, { path, rule: 'build_context', what: 'the build context' })
  if (context === undefined) return {}
  if (!scope.tree.folders.has(context)) {
    refuse(scope, place, {
      rule: 'build_context',
      message: `the build context ${shown(path)} is not a folder of the repository; correct the path`,
    })
    return {}
  }
  return { context }
}

function longBuild(scope: Scope, node: LocatedMap): BuildDraft {
  const build: BuildDraft = {}
  readKeys(scope, node, {
    what: '`build`',
    policy: buildKeys,
    readers: {
      context: (value) => {
        const context = textOf(scope, value)
        if (context !== undefined) Object.assign(build, withContext(scope, value.place, context))
      },
      dockerfile: (value) => {
        const name = textOf(scope, value)
        if (name !== undefined) build.dockerfileName = name
      },
      dockerfile_inline: (value) => {
        const text = textOf(scope, value)
        if (text !== undefined) build.dockerfileInline = text
      },
      target: (value) => {
        const target = textOf(scope, value)
        if (target !== undefined) build.target = target
      },
      args: (value) => {
        build.args = readArgs(scope, value)
      },
      network: (value) => checkNetwork(scope, value),
      tags: (value) => checkTags(scope, value),
      cache_from: (value) => checkCaches(scope, value, 'cache_from'),
      cache_to: (value) => checkCaches(scope, value, 'cache_to'),
    },
  })
  if (!node.entries.has('context')) Object.assign(build, withContext(scope, node.place, '.'))
  return build
}

function readArgs(scope: Scope, node: Located): Record<string, string> {
  const args = new Map<string, string>()
  for (const { name, value, place } of pairsOf(scope, node)) {
    if (value === null) scope.seen.variables.add(name)
    const explicit = value ?? variableOf(scope, name)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      refuse(scope, place, { rule: 'schema', message: `${shown(name)} is not a name for a build argument` })
    else if (reservedBuildArgs.test(name))
      refuse(scope, place, { rule: 'build_option', message: `the build argument ${shown(name)} changes the builder itself; remove it` })
    else if (explicit === undefined) refuseMissing(scope, place, { name })
    else args.set(name, explicit)
  }
  return Object.fromEntries(args)
}

function checkNetwork(scope: Scope, node: Located): void {
  const network = textOf(scope, node)
  if (network === undefined || network === 'default') return
  refuse(scope, node.place, {
    rule: 'build_option',
    message: `the build’s network ${shown(network)} is decided by kyozo; remove \`network\``,
  })
}

function checkTags(scope: Scope, node: Located): void {
  for (const { text, place } of textsOf(scope, node)) {
    const repository = text.replace(/^(?:docker\.io|localhost(?::\d+)?)\//i, '').replace(/[:@].*$/, '')
    if (/^(?:library\/)?kyozo(?:\/|$)/i.test(repository)) {
      refuse(scope, place, { rule: 'build_option', message: `the tag ${shown(text)} names an image of kyozo’s own; remove it` })
    } else
      differ(scope, place, {
        change: `the tag ${shown(text)} is left out`,
        reason: 'kyozo names images by the hash of what they are made of',
      })
  }
}

/** Caches belong to the builder; one that names a path of the host is an attempt on it. */
function checkCaches(scope: Scope, node: Located, key: string): void {
  for (const { text, place } of textsOf(scope, node)) {
    if (/(?:^|,)\s*(?:type\s*=\s*local|src\s*=|dest\s*=)/i.test(text)) {
      refuse(scope, place, {
        rule: 'build_option',
        message: `\`${key}\` names a path of the builder; remove it, kyozo keeps a cache itself`,
      })
    } else differ(scope, place, { change: `\`${key}\` is left out`, reason: 'kyozo keeps a build cache itself' })
  }
}

/** The build as a whole, once what it extends is laid under it. */
export function finishBuild(scope: Scope, place: Place, draft: BuildDraft): ComposeModelBuild | undefined {
  const { context, dockerfileInline, dockerfileName, target, args = {} } = draft
  if (context === undefined) return undefined
  const rest = { context, ...(target === undefined ? {} : { target }), args }
  if (dockerfileInline !== undefined) {
    if (dockerfileName === undefined) return { ...rest, dockerfileInline }
    return refuse(scope, place, { rule: 'schema', message: '`dockerfile` and `dockerfile_inline` exclude each other; remove one' })
  }
  const dockerfile = dockerfilePath(scope, place, { context, name: dockerfileName ?? 'Dockerfile' })
  return dockerfile === undefined ? undefined : { ...rest, dockerfile }
}

function dockerfilePath(scope: Scope, place: Place, { context, name }: { context: string; name: string }): string | undefined {
  const path = /^[/~]/.test(name) || isRemote(name) ? undefined : resolvePath(context, name)
  if (path === undefined)
    return refuse(scope, place, {
      rule: 'build_context',
      message: `the Dockerfile ${shown(name)} is outside of the repository; name one inside`,
    })
  const why = whyNot(contentOf(scope, path))
  if (why === undefined) return path
  return refuse(scope, place, { rule: 'build_context', message: `the Dockerfile ${shown(path)} ${why}; add it or correct \`dockerfile\`` })
}
