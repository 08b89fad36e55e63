import { z } from 'zod'
import { type RollbackTarget, rollbackWords } from '../../release/rollback-target.ts'
import { releaseTransitions } from '../../release/states.ts'
import type { StackSpec } from '../../stack/stack.ts'
import { releasesWithValues } from '../../store/kept-releases.ts'
import { verdictsOf } from '../../store/releases.ts'
import { untoldOf } from '../../store/untold.ts'
import { releaseActions } from '../actions/releases.ts'
import { computed, flag, integer, json, loaded, oneOf, type Row, text, time } from './attribute.ts'
import { memberName } from './member-name.ts'
import type { Resource } from './resource.ts'
import { createdAt, list, many, object, one, perhapsOne, sha } from './shapes.ts'

const stackOf = (row: Row) => row.stackSpec as StackSpec | null

export const releases: Resource = {
  type: 'releases',
  description: 'A commit that was to run in an environment, and how that ended.',
  table: 'releases',
  attributes: {
    ref: text('The Git reference.', { sort: true, filter: 'equal' }),
    sha: sha(),
    tree: text('The tree of the commit.', { nullable: true }),
    state: oneOf(Object.keys(releaseTransitions), 'How it stands.', { sort: true, filter: 'equal' }),
    stage: text('What it is doing, or where it ended.', { nullable: true }),
    reason: text('How it ended, as a sentence.', { nullable: true }),
    error_code: text('What failed; docs/errors.md explains each.', { nullable: true, filter: 'equal' }),
    superseded_by: text('The commit that came after it.', { nullable: true }),
    generation: integer('Its number among those of its environment that were allowed to act.', { nullable: true }),
    attempt: integer('How often it was begun.'),
    timings: json(z.record(z.string(), z.number()), 'Milliseconds of each stage.'),
    triggered_by: text('Who or what asked for it.', { filter: 'equal' }),
    options: json(object, 'What a person asked for beyond the commit.'),
    cancel_requested_at: time('When somebody asked to cancel it.', { nullable: true }),
    cancel_requested_by: text('Who asked to cancel it.', { nullable: true }),
    is_kept: flag('Whether what it needs to run again is kept.', { filter: 'equal' }),
    rollback_target: text('Whether the environment can go back to it, and why not, as a sentence.', {
      source: loaded(['id', 'state', 'isKept', 'options'], async (rows, { db }) => {
        const withValues = await releasesWithValues(
          db,
          rows.map((row) => String(row.id)),
        )
        return rows.map((row) => rollbackWords({ ...(row as unknown as RollbackTarget), hasValues: withValues.has(String(row.id)) }))
      }),
    }),
    host_error: text('Why the Git host does not show how it stands; none where it does, or will.', {
      nullable: true,
      source: loaded(['id'], (rows, { db, viewer }) =>
        untoldOf(
          db,
          viewer,
          rows.map((row) => String(row.id)),
        ),
      ),
    }),
    commit_back: json(
      z.object({ state: z.string(), words: z.string(), url: z.string().optional(), sha: z.string().optional() }),
      'What became of compose.kyozo.yaml after it: `nothing`, `waiting`, `written`, `proposed` or `refused`, and why, in words; none where nobody has looked.',
      { nullable: true },
    ),
    created_at: createdAt,
    started_at: time('When it was begun.', { nullable: true, filter: 'range' }),
    finished_at: time('When it ended.', { nullable: true, filter: 'range' }),
    diff: json(object, 'What differs from the tree that was analyzed before.', { nullable: true, large: true }),
    topology: json(object, 'What the commit holds, with evidence.', { nullable: true, large: true }),
    plan: json(object, 'What was to be done, each operation with its cause.', { nullable: true, large: true }),
    plan_text: text('The plan for people.', { nullable: true, large: true }),
    compose: text('The stack: compose.kyozo.yaml.', {
      nullable: true,
      large: true,
      source: computed(['stackSpec'], (row) => stackOf(row)?.documentText ?? null),
    }),
    overlay: text('What ran beyond the stack: image keys, labels, resolved ports.', {
      nullable: true,
      large: true,
      source: computed(['stackSpec'], (row) => stackOf(row)?.overlayText ?? null),
    }),
    differences: json(list, 'How the stack differs from the repository’s own compose files, each with its reason.', {
      large: true,
      source: computed(['stackSpec'], (row) => stackOf(row)?.differences ?? []),
    }),
    edits: json(
      list,
      'What people have changed in compose.kyozo.yaml, which runs so: each with its path, line, value and what is generated.',
      {
        large: true,
        source: computed(['stackSpec'], (row) => stackOf(row)?.edits ?? []),
      },
    ),
    verdicts: json(z.array(object), 'How it ended for every service.', {
      large: true,
      source: loaded(['id'], async (rows, { db, viewer }) => {
        const found = await verdictsOf(
          db,
          viewer,
          rows.map((row) => String(row.id)),
        )
        return rows.map((row) => (found.get(String(row.id)) ?? []).map(snakeCase))
      }),
    }),
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    environment: one('environments', 'environmentId', 'The environment.'),
    triggered_by_user: perhapsOne('users', 'triggeredById', 'Who asked for it.'),
    release_services: many('release_services', 'releaseId', { description: 'How it ended for every service.' }),
    deployment_events: many('deployment_events', 'releaseId', { description: 'What happened to services through it.' }),
    operations: many('operations', 'releaseId', { description: 'What asked for it.' }),
    alerts: many('alerts', 'releaseId', { description: 'Alerts about it.' }),
  },
  read: 'releases.read',
  subject: { workspace: 'workspaceId' },
  ...releaseActions,
}

function snakeCase(verdict: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(verdict).map(([name, value]) => [memberName(name), value]))
}
