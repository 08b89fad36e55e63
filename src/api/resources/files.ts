import { z } from 'zod'
import { flag, json, number, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, names, object, one } from './shapes.ts'

export const files: Resource = {
  type: 'files',
  description: 'The files of a workspace that told what its folders are: manifests, Dockerfiles, compose files.',
  table: 'files',
  attributes: {
    path: text('From the root of the repository.', { sort: true, filter: 'equal' }),
    blob: text('The id of its content in Git.', { filter: 'equal' }),
    service_metadata: json(object, 'What was read from it.'),
    is_service_indicator: flag('Whether it tells that its folder is a service.', { filter: 'equal' }),
    detected_technologies: json(names, 'What it speaks of.', { filter: 'equal' }),
    analysis_confidence: number('How sure the reading is.', { nullable: true, shape: z.number().min(0).max(1) }),
    last_analyzed_at: time('When it was read last.', { sort: true, filter: 'range' }),
    created_at: createdAt,
  },
  relationships: { workspace: one('workspaces', 'workspaceId', 'The workspace.') },
  read: 'files.read',
  subject: { workspace: 'workspaceId' },
}
