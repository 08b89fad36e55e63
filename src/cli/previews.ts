// `kyozo previews`: pull requests, and what is decided about their previews.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import type { JsonApiResource } from './server/answers.ts'
import { bodyOf } from './server/body.ts'
import { relatedId } from './server/follow-operation.ts'
import { type OperateOptions, operate, withWaiting } from './server/operate.ts'
import { filtered, findWorkspace } from './server/places.ts'
import { openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

export function previewsCommand(): Command {
  const command = new Command('previews').description('pull requests and their previews').addCommand(listCommand(), { isDefault: true })
  for (const one of changes) command.addCommand(changeCommand(one))
  return command
}

/** A command of its own, so that options such as --server are those of the command that they are given to. */
function listCommand(): Command {
  const command = new Command('list')
    .description('those that are open (the default)')
    .argument('[workspace]', 'default is all of them')
    .option('--all', 'those that are merged or closed too')
    .option('--json', 'print one JSON document')
  return withServer(command).action(list)
}

interface ListOptions extends ServerOptions {
  readonly all?: boolean
  readonly json?: boolean
}

async function list(name: string | undefined, options: ListOptions): Promise<void> {
  const server = await openServer(options)
  const filter = name === undefined ? '' : filtered('workspace', (await findWorkspace(server, name)).id)
  const state = options.all === true ? '' : filtered('state', 'open')
  const pulls = await server.list(`/api/v1/pull_requests?include=workspace,environment.live_release&page[size]=200${filter}${state}`)
  if (options.json) {
    const { resources } = await server.list(`/api/v1/previews?page[size]=200${filter}`)
    return printDocument({ schemaVersion: 1, previews: resources, pullRequests: pulls.resources })
  }
  const rows = pulls.resources.map((pull) => rowOf(pull, pulls.included))
  if (rows.length === 0) process.stderr.write(`There is no ${options.all === true ? '' : 'open '}pull request.\n`)
  else {
    const header = ['workspace', 'number', 'title', 'head', 'preview', 'until']
    process.stdout.write(coloured(table([header, ...rows.map((row) => row.map((cell) => printable(cell)))])))
  }
}

/** A title says what it is about in a few words, or the table breaks. */
const titleCharacters = 40

function rowOf(pull: JsonApiResource, included: ReadonlyMap<string, JsonApiResource>): string[] {
  const { number, title, head_sha: head } = pull.attributes
  const workspace = included.get(`workspaces ${relatedId(pull, 'workspace')}`)?.attributes.name
  const environment = included.get(`environments ${relatedId(pull, 'environment')}`)
  const until = environment?.attributes.expires_at
  return [
    String(workspace ?? ''),
    String(number),
    Array.from(String(title)).slice(0, titleCharacters).join(''),
    String(head).slice(0, 7),
    stateOf(pull, environment, included),
    typeof until === 'string' ? until.slice(0, 16).replace('T', ' ') : '',
  ]
}

function stateOf(
  { attributes }: JsonApiResource,
  environment: JsonApiResource | undefined,
  included: ReadonlyMap<string, JsonApiResource>,
): string {
  if (attributes.state !== 'open') return String(attributes.state)
  const live = environment === undefined ? undefined : included.get(`releases ${relatedId(environment, 'live_release')}`)
  const running = live === undefined ? undefined : `live at ${String(live.attributes.sha).slice(0, 7)}`
  const held = attributes.held_reason === null ? undefined : String(attributes.held_reason)
  return [running, held].filter((part) => part !== undefined).join('; ') || (environment === undefined ? 'none yet' : 'on its way')
}

interface Change {
  readonly verb: 'review' | 'deploy' | 'destroy' | 'approve'
  readonly description: string
  /** Names a commit as well. */
  readonly ofCommit?: true
}

const changes: readonly Change[] = [
  { verb: 'review', description: 'look at a pull request anew' },
  { verb: 'deploy', description: 'make a preview, also where one was removed or found no room' },
  { verb: 'destroy', description: 'remove a preview with all its data' },
  { verb: 'approve', description: 'let a preview of one commit of a fork be made', ofCommit: true },
]

function changeCommand({ verb, description, ofCommit }: Change): Command {
  const command = new Command(verb).description(description).argument('<workspace/number>', 'such as shop/7')
  if (ofCommit)
    command
      .argument('<commit>', 'the whole id of the commit that you have looked at')
      .option('--base <branch>', 'the base branch that you have looked at; default is whichever it has')
  return withServer(withWaiting(command)).action(async (place: string, ...given: readonly unknown[]) => {
    // Commander gives the options last but one.
    const options = given.at(-2) as OperateOptions & { readonly base?: string }
    const server = await openServer(options)
    const pull = await findPullRequest(server, place)
    const { id } = pull
    const attributes = ofCommit ? { sha: wholeCommit(String(given[0]), pull, place), ...baseOf(options) } : {}
    const path = `/api/v1/pull_requests/${id}/${verb}`
    await operate(server, [{ label: place, verb, path, body: bodyOf('pull_requests', { id, attributes }) }], options)
  })
}

function baseOf({ base }: { readonly base?: string }): { readonly base_ref?: string } {
  if (base === undefined) return {}
  return { base_ref: base.startsWith('refs/heads/') ? base : `refs/heads/${base}` }
}

/** Another commit can be made that begins with the same digits. */
function wholeCommit(written: string, { attributes }: JsonApiResource, place: string): string {
  const sha = written.toLowerCase()
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(sha)) return sha
  const head = printable(String(attributes.head_sha))
  throw new KyozoError('bad_request', `${JSON.stringify(written)} is not the whole id of a commit, and another one can begin like it`, {
    hint: `look at the head of ${place}, and then: kyozo previews approve ${place} ${head}`,
  })
}

async function findPullRequest(server: Server, place: string): Promise<JsonApiResource> {
  const [, workspace, number] = /^([^/]+)\/#?(\d{1,9})$/.exec(place) ?? []
  if (workspace === undefined || number === undefined)
    throw new KyozoError('bad_request', `${JSON.stringify(place)} names no pull request`, { hint: 'write it like shop/7' })
  const { id } = await findWorkspace(server, workspace)
  const { resources } = await server.list(`/api/v1/pull_requests?${filtered('workspace', id).slice(1)}${filtered('number', number)}`)
  const [found] = resources
  if (found !== undefined) return found
  throw new KyozoError('not_found', `${workspace} has no pull request ${number} that kyozo has heard of`, {
    hint: `kyozo previews ${workspace} --all lists those that there are`,
  })
}
