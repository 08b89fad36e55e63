import type { ServiceSpec, Strategy } from './topology.ts'

/**
 * What kind of repository it is, by the first rule that holds: a compose file makes it `compose_stack`; Kubernetes manifests that run several
 * services together make it `kubernetes`, whether those services' sources are here or not; exactly one service makes it `single_service`;
 * anything else, none included, is `custom`.
 */
export function chooseStrategy(services: readonly Pick<ServiceSpec, 'type'>[]): Strategy {
  if (services.some(({ type }) => type === 'compose_stack')) return 'compose_stack'
  if (services.some(({ type }) => type === 'kubernetes')) return 'kubernetes'
  return services.length === 1 ? 'single_service' : 'custom'
}
