// Everything that a workspace runs, in one document: what serves in each environment, and how each service of it stands.
import { z } from 'zod'
import { statusOfWorkspace } from '../../store/workspace-status.ts'
import type { View } from './resource.ts'

const service = z.object({
  id: z.uuid(),
  name: z.string(),
  folder_path: z.string(),
  status: z.string(),
  health_status: z.string(),
  desired_state: z.string(),
  words: z.string().nullable(),
  url: z.string().nullable(),
  copies: z.int().describe('How many are asked for.'),
})

const release = z.object({
  id: z.uuid(),
  sha: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  finished_at: z.iso.datetime().nullable(),
})

const environment = z.object({
  id: z.uuid(),
  name: z.string(),
  ref: z.string(),
  paused_by: z.string().nullable(),
  pause_reason: z.string().nullable(),
  live_release: release.nullable(),
  /** The newest one, whether or not it went live. */
  latest_release: release.nullable(),
  services: z.array(service),
})

export const serviceStatus: View = {
  type: 'service_statuses',
  right: 'workspaces.service_status',
  description: 'How everything of the workspace stands: environments, their live and latest releases, and every service.',
  attributes: { workspace: z.string(), environments: z.array(environment) },
  run: async ({ db, viewer }, row) => {
    const environments = await statusOfWorkspace(db, viewer, String(row.id))
    return { workspace: String(row.name), environments }
  },
}
