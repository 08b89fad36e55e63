// This process says that it is there and where its repositories are reached, takes on those that lie here and are nobody's, and sweeps them.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { adoptRepositories, credentialPlace } from '../pipeline/home.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { sweepBuiltInRemotes } from '../pipeline/rescue.ts'
import { startSchedule } from '../queue/schedule.ts'
import { notify } from '../store/notify.ts'
import { beat, beatSeconds, forgetProcesses, registerProcess, stopProcess } from '../store/processes.ts'
import { hastenReleases } from '../store/waiting-releases.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

export interface Presence {
  readonly version: string
  /** What other processes show to read repositories here. */
  readonly credential: string
  /** Where they ask for them; undefined when this one serves no HTTP. */
  readonly address: string | undefined
}

export function presenceOf({ role, processUrl }: Pick<Kyozo['config'], 'role' | 'processUrl'>): Presence {
  return { version, credential: randomBytes(32).toString('base64url'), address: role === 'worker' ? undefined : processUrl }
}

export async function startPresence(kyozo: Kyozo, { credential, address, ...presence }: Presence): Promise<{ stop(): Promise<void> }> {
  const { db, processId: id, owner: name, config, vault, log } = kyozo
  const sealed = vault.seal(credentialPlace(id), credential)
  const arrive = async () => {
    await registerProcess(db, { id, name, role: config.role, ...presence, address: address ?? null, credential: sealed })
    await adoptRepositories(kyozo)
    // Releases may have waited for the repositories that are here.
    await hastenReleases(db, 'repository')
    await notify(db, 'queue', '')
  }
  await arrive()
  // Nobody waits for it: what it finds was missed before, and is queued like any push.
  const swept = sweepBuiltInRemotes(kyozo).catch((error: unknown) => log.warn({ error }, 'the built-in remotes could not be swept'))
  const schedule = startSchedule(
    [
      { name: 'sweep built-in remotes', expression: '30 * * * * *', run: () => sweepBuiltInRemotes(kyozo) },
      { name: 'say that this process is there', expression: `*/${beatSeconds} * * * * *`, run: () => beat(db, id) },
      { name: 'adopt repositories', expression: '35 * * * * *', run: () => adoptRepositories(kyozo) },
      { name: 'forget processes', expression: '15 37 * * * *', run: () => forgetProcesses(db) },
    ],
    log,
  )
  return {
    async stop() {
      await schedule.stop()
      await swept
      await stopProcess(db, id)
    },
  }
}
