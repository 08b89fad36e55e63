import { integer, json, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, many, object, perhapsOne } from './shapes.ts'

export const operations: Resource = {
  type: 'operations',
  description: 'What somebody asked for, to be followed until it has ended.',
  table: 'operations',
  attributes: {
    kind: text('What was asked for.', { sort: true, filter: 'equal' }),
    state: oneOf(['queued', 'running', 'succeeded', 'failed', 'canceled'], 'How it stands.', { sort: true, filter: 'equal' }),
    words: text('How it stands, or how it ended, as a sentence.', { nullable: true }),
    input: json(object, 'What was sent along.'),
    result: json(object, 'What came of it.', { nullable: true }),
    error_code: text('What failed; docs/errors.md explains each.', { nullable: true, filter: 'equal' }),
    error_message: text('What failed, as a sentence.', { nullable: true }),
    error_hint: text('What to do about it.', { nullable: true }),
    requested_by: text('Who asked.', { sort: true, filter: 'equal' }),
    attempt: integer('How often it was begun.'),
    created_at: createdAt,
    started_at: time('When it was begun.', { nullable: true, filter: 'range' }),
    finished_at: time('When it ended.', { nullable: true, filter: 'range' }),
  },
  relationships: {
    workspace: perhapsOne('workspaces', 'workspaceId', 'The workspace.'),
    environment: perhapsOne('environments', 'environmentId', 'The environment.'),
    service_instance: perhapsOne('service_instances', 'serviceInstanceId', 'The service.'),
    release: perhapsOne('releases', 'releaseId', 'The release that does it, or that it is about.'),
    requested_by_user: perhapsOne('users', 'requestedById', 'Who asked.'),
    deployment_events: many('deployment_events', 'operationId', { description: 'What happened to services through it.' }),
  },
  read: 'operations.read',
  subject: { workspace: 'workspaceId', service: 'serviceInstanceId' },
}
