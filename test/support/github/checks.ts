// Check runs, which only apps make and only their own app changes.
import { commitOf, type GrantedCall, type RepositoryCall } from './calls.ts'
import { appPart, type Json } from './parts.ts'
import type { Repository, StoredCheckRun } from './state.ts'
import { type Answer, failure, invalid, isoTime, type World } from './world.ts'

export async function createCheckRun(world: World, { repository, body, grant }: GrantedCall): Promise<Answer> {
  const { appId } = grant.account
  if (appId === undefined) return failure(403, 'You must authenticate via a GitHub App.')
  const sha = String(body.head_sha)
  if (!(await repository.git.hasCommit(sha))) return failure(422, `No commit found for SHA: ${sha}`)
  const problem = outputProblem(body)
  if (problem !== undefined) return problem
  const run: StoredCheckRun = { id: world.newId(), sha, appId, ...blank, name: String(body.name), startedAtMs: world.now() }
  change(world, run, body)
  repository.checkRuns.push(run)
  return { status: 201, body: asRun(world, repository, run) }
}

const blank = {
  status: 'queued',
  conclusion: null,
  detailsUrl: null,
  output: { title: null, summary: null, text: null },
  completedAtMs: null,
}

export function updateCheckRun(world: World, call: GrantedCall): Answer {
  const { repository, body, grant } = call
  const { appId } = grant.account
  if (appId === undefined) return failure(403, 'You must authenticate via a GitHub App.')
  const run = runOf(call)
  if (run === undefined) return failure(404, 'Not Found')
  if (run.appId !== appId) return failure(403, 'Invalid app_id `null` - check run can only be modified by the GitHub App that created it.')
  const problem = outputProblem(body)
  if (problem !== undefined) return problem
  change(world, run, body)
  return { status: 200, body: asRun(world, repository, run) }
}

export function getCheckRun(world: World, call: RepositoryCall): Answer {
  const run = runOf(call)
  return run === undefined ? failure(404, 'Not Found') : { status: 200, body: asRun(world, call.repository, run) }
}

/** The newest of each app and name, unless all are asked for. */
export async function listCheckRuns(world: World, { repository, operation, query }: RepositoryCall): Promise<Answer> {
  const sha = await commitOf(repository, String(operation.params.ref))
  const [name, appId] = [query.get('check_name'), query.get('app_id')]
  const ofCommit = repository.checkRuns
    .toReversed()
    .filter((run) => run.sha === sha && (name === null || run.name === name) && (appId === null || run.appId === appId))
  const isNewest = (run: StoredCheckRun) => ofCommit.find((other) => other.name === run.name && other.appId === run.appId) === run
  const shown = query.get('filter') === 'all' ? ofCommit : ofCommit.filter(isNewest)
  return { status: 200, body: { total_count: shown.length, check_runs: shown.map((run) => asRun(world, repository, run)) } }
}

const textLimitBytes = 65_535

/** Counted in bytes, although the documentation says characters. */
function outputProblem({ output }: Readonly<Json>): Answer | undefined {
  const texts = Object.entries((output ?? {}) as Json).filter(([name]) => name === 'summary' || name === 'text')
  const long = texts.find(([, text]) => Buffer.byteLength(String(text)) > textLimitBytes)
  return long === undefined
    ? undefined
    : invalid('CheckRun', [{ field: long[0], message: `${long[0]} exceeds a maximum bytesize of ${textLimitBytes}` }])
}

function change(world: World, run: StoredCheckRun, body: Readonly<Json>): void {
  const { name, conclusion, details_url: detailsUrl, output } = body
  if (typeof name === 'string') run.name = name
  if (typeof detailsUrl === 'string') run.detailsUrl = detailsUrl
  if (output !== undefined) run.output = { ...blank.output, ...(output as StoredCheckRun['output']) }
  if (typeof body.status === 'string') run.status = body.status
  if (typeof conclusion !== 'string') return
  Object.assign(run, { conclusion, status: 'completed', completedAtMs: world.now() })
}

function runOf({ repository, operation }: RepositoryCall): StoredCheckRun | undefined {
  return repository.checkRuns.find(({ id }) => id === Number(operation.params.check_run_id))
}

function asRun(world: World, { fullName }: Repository, run: StoredCheckRun): unknown {
  const url = `${world.apiUrl}/repos/${fullName}/check-runs/${run.id}`
  return {
    ...world.openApi.example('check-run-example-of-completed-conclusion'),
    id: run.id,
    name: run.name,
    head_sha: run.sha,
    url,
    html_url: `${world.webUrl}/${fullName}/runs/${run.id}`,
    details_url: run.detailsUrl,
    external_id: '',
    status: run.status,
    conclusion: run.conclusion,
    started_at: isoTime(run.startedAtMs),
    completed_at: run.completedAtMs === null ? null : isoTime(run.completedAtMs),
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    app: appPart(world, run.appId),
    pull_requests: [],
  }
}
