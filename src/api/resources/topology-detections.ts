import { z } from 'zod'
import { topologyDetectionActions } from '../actions/topology-detections.ts'
import { flag, json, number, oneOf, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, list, many, object, one } from './shapes.ts'

export const topologyDetections: Resource = {
  type: 'topology_detections',
  description: 'What an analysis found in a folder: `.` is the whole repository, and every folder that is a service has its own.',
  table: 'topologyDetections',
  attributes: {
    folder_path: text('The folder, from the root of the repository.', { sort: true, filter: 'equal' }),
    revision: text('The commit that was analyzed.', { filter: 'equal' }),
    deployment_strategy: oneOf(['single_service', 'compose_stack', 'kubernetes', 'custom'], 'How it is run.', {
      sort: true,
      filter: 'equal',
    }),
    confidence_score: number('How sure the analysis is.', { sort: true, filter: 'range', shape: z.number().min(0).max(1) }),
    confidence_scores: json(z.record(z.string(), z.number()), 'How sure it is of each part.'),
    is_latest: flag('Whether no later analysis looked at this folder.', { filter: 'equal' }),
    detected_patterns: json(list, 'Arrangements that the repository follows.', { large: true }),
    service_indicators: json(list, 'What tells that there are services.', { large: true }),
    dependency_map: json(object, 'Which service needs which.', { large: true }),
    service_graph: json(object, 'Services and what leads from one to the other.', { large: true }),
    recommended_services: json(list, 'Services that would be run.', { large: true }),
    deployment_recommendations: json(list, 'What a person should know or do.', { large: true }),
    analysis_metadata: json(object, 'How the analysis went.', { large: true }),
    created_at: createdAt,
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    service_instances: many('service_instances', 'topologyDetectionId', { description: 'Services that run as it found.' }),
  },
  read: 'topology_detections.read',
  subject: { workspace: 'workspaceId' },
  ...topologyDetectionActions,
}
