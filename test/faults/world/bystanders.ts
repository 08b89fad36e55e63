// Things on the engine that are nobody's of this kyozo: another kyozo's and a person's, as like its own as they can be.
import type { OwnEngine } from '../../support/own-engine.ts'
import type { BystandersSeen } from '../facts.ts'

export interface Bystanders {
  /** Which each is now, and how it is. */
  look(): Promise<BystandersSeen>
  /** Starts what an engine that was killed has left stopped. */
  wake(): Promise<void>
  /** Which each was at first. */
  readonly first: BystandersSeen
}

export const anotherInstance = 'another'
const foreign = [
  '--label',
  `kyozo.instance=${anotherInstance}`,
  '--label',
  'kyozo.workspace=shop',
  '--label',
  'kyozo.environment=production',
  '--label',
  'com.docker.compose.project=kyozo-shop-production',
]
/** What only containers of releases have. */
const released = ['--label', 'kyozo.release=1', '--label', 'kyozo.generation=1', '--label', 'kyozo.service=web']
const container = '{{.Id}}|{{.State.Status}}|{{.State.StartedAt}}'
/** As kyozo names what it builds. */
const builtName = `kyozo/shop/web:${'0123456789abcdef'.repeat(2).slice(0, 24)}`

export async function placeBystanders({ docker }: OwnEngine): Promise<Bystanders> {
  const asleep = ['busybox:stable', 'sleep', '1000000']
  await docker(
    'container',
    'run',
    '--detach',
    '--restart',
    'unless-stopped',
    '--name',
    'another-kyozos',
    ...foreign,
    ...released,
    ...asleep,
  )
  await docker('container', 'run', '--detach', '--restart', 'unless-stopped', '--name', 'a-persons', ...asleep)
  await docker('container', 'create', '--name', 'a-persons-unstarted', ...asleep)
  await docker('network', 'create', '--subnet', '10.99.1.0/24', ...foreign, 'another-kyozos')
  await docker('network', 'create', '--subnet', '10.99.2.0/24', 'a-persons')
  await docker('volume', 'create', ...foreign, 'another-kyozos')
  await docker('volume', 'create', 'a-persons')
  await docker('image', 'tag', 'busybox:stable', 'a-persons:1')
  // An image of its own, which no container has.
  await docker('container', 'commit', '--change', `LABEL kyozo.instance=${anotherInstance}`, 'a-persons-unstarted', builtName)
  const look = async () => {
    const one = (kind: string, name: string, format: string) =>
      docker(kind, 'inspect', '--format', format, name).then(
        (text) => {
          const [id = '', state = '', since = ''] = text.trim().split('|')
          return [`${kind} ${name}`, { id, state, since }] as const
        },
        () => [`${kind} ${name}`, undefined] as const,
      )
    return Object.fromEntries(
      await Promise.all([
        one('container', 'another-kyozos', container),
        one('container', 'a-persons', container),
        one('container', 'a-persons-unstarted', container),
        one('network', 'another-kyozos', '{{.Id}}'),
        one('network', 'a-persons', '{{.Id}}'),
        one('volume', 'another-kyozos', '{{.CreatedAt}}'),
        one('volume', 'a-persons', '{{.CreatedAt}}'),
        one('image', 'a-persons:1', '{{.Id}}'),
        one('image', builtName, '{{.Id}}'),
      ]),
    )
  }
  const wake = async () => void (await docker('container', 'start', 'another-kyozos', 'a-persons'))
  return { look, wake, first: await look() }
}
