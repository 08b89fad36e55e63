// What may be said of how a workspace is deployed, when it is made and later.
import { z } from 'zod'
import { checkResources } from '../../stack/settings/resources.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { assertNoProblems } from './ask.ts'
import { branchName } from './environments.ts'

export const settings = {
  default_branch: branchName.optional(),
  auto_deploy_enabled: z.boolean().optional(),
  container_enabled: z.boolean().optional(),
  container_registry_url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .optional(),
  deployment_environment: z.enum(['development', 'staging', 'production']).optional(),
  default_resource_limits: z
    .record(z.string().max(40), z.json())
    .optional()
    .describe('`{memory: "512Mi", cpu: "0.5"}` for services that state none.'),
}

/** Throws `invalid` for limits that are none. */
export function columnsOf(attributes: Readonly<Record<string, unknown>>) {
  const limits = attributes.default_resource_limits
  if (limits !== undefined)
    assertNoProblems(checkResources(limits, { pointer: '/data/attributes/default_resource_limits', field: 'default_resource_limits' }))
  const given = {
    defaultBranch: attributes.default_branch as string | undefined,
    autoDeployEnabled: attributes.auto_deploy_enabled as boolean | undefined,
    containerEnabled: attributes.container_enabled as boolean | undefined,
    containerRegistryUrl: attributes.container_registry_url as string | null | undefined,
    deploymentEnvironment: attributes.deployment_environment as Workspace['deploymentEnvironment'] | undefined,
    defaultResourceLimits: limits === undefined ? undefined : JSON.stringify(limits),
  }
  type Given = { [K in keyof typeof given]?: Exclude<(typeof given)[K], undefined> }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Given
}
