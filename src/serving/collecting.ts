// When what nobody needs is looked for: every few minutes, and at once when a disk is nearly full. What is on the engine is one process's duty; the
// folder of a process is its own.
import type { Disk, Place } from '../disk.ts'
import { lookAtStored, removeAll } from '../pipeline/disk/collect.ts'
import { releaseHeldBack } from '../pipeline/disk/held-back.ts'
import { diskReport } from '../pipeline/disk/report.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { neededCommits, saveDiskReport } from '../store/disk.ts'
import { holdDuty } from '../store/duties.ts'
import { letGoEverywhere } from '../store/kept-releases.ts'

const duty = 'collect what nobody needs'
/** Longer than from one look to the next: who has the duty keeps it. */
const dutySeconds = 400
/** Of hurried ones: what was in use a moment ago still is. */
const hurryEveryMs = 60_000

export interface Collecting {
  /** Removes what nobody needs, and stores what there is. */
  collect(): Promise<void>
  /** Collects when a disk is nearly full, and goes on with what waited when there is room again. */
  watchRoom(): Promise<void>
}

/** Ends between two removals when `stopping` aborts. */
export function createCollecting(kyozo: Kyozo, stopping: AbortSignal): Collecting {
  let under: Promise<void> | undefined
  let hurriedAt = Number.NEGATIVE_INFINITY
  const collect = (pace: Pace) => {
    // One that is under way sees nearly the same.
    under ??= collectOnce(kyozo, { pace, stopping }).finally(() => {
      under = undefined
    })
    return under
  }
  return {
    collect: async () => collect((await isLow(kyozo.disk)) ? 'in a hurry' : 'as usual'),
    async watchRoom() {
      const places = await kyozo.disk.look()
      const low = places.filter(({ state }) => state !== 'ok')
      const isHurried = low.length > 0 && performance.now() - hurriedAt > hurryEveryMs
      if (isHurried) {
        hurriedAt = performance.now()
        kyozo.log.warn({ places: low.map(({ path, freeBytes }) => ({ path, freeBytes })) }, 'a disk is nearly full')
        await collect('in a hurry')
      }
      // Collecting may take long.
      const now = isHurried ? await kyozo.disk.look() : places
      if (!now.some(isFull)) await goOn(kyozo)
    },
  }
}

async function goOn(kyozo: Kyozo): Promise<void> {
  if (!(await holdDuty(kyozo.db, { name: 'go on when there is room', holder: kyozo.owner, seconds: 20 }))) return
  const released = await releaseHeldBack(kyozo)
  if (released > 0) kyozo.log.info({ released }, 'there is room again: what was held back is released')
}

async function isLow(disk: Disk): Promise<boolean> {
  return (await disk.look()).some(({ state }) => state !== 'ok')
}

function isFull({ state }: Place): boolean {
  return state === 'full'
}

type Pace = 'in a hurry' | 'as usual'

async function collectOnce(kyozo: Kyozo, { pace, stopping }: { readonly pace: Pace; readonly stopping: AbortSignal }): Promise<void> {
  const { db, owner } = kyozo
  await letGoEverywhere(db, kyozo.config.keptReleases)
  const holds = async () => !stopping.aborted && (await holdDuty(db, { name: duty, holder: owner, seconds: dutySeconds }))
  const look = await lookAtStored(kyozo, { isInHurry: pace === 'in a hurry' })
  const removed = [
    ...((await holds()) ? await removeAll(kyozo, look.onEngine, { look, mayGoOn: holds }) : []),
    ...(await removeAll(kyozo, look.inFolder, { look, mayGoOn: async () => !stopping.aborted })),
  ]
  for (const { kind, name, because } of removed) kyozo.log.info({ kind, name, because }, 'removed what nobody needs')
  if (stopping.aborted) return
  await kyozo.storage.removeLeftovers()
  await compactMirrors(kyozo, look.needs.workspaces)
  const now = removed.length === 0 ? look : await lookAtStored(kyozo, { isInHurry: pace === 'in a hurry' })
  await saveDiskReport(db, owner, await diskReport(kyozo, now))
}

async function compactMirrors({ db, mirrors, log }: Kyozo, workspaces: ReadonlyMap<string, string>): Promise<void> {
  for (const { workspaceId } of await mirrors.list()) {
    if (workspaceId === undefined || !workspaces.has(workspaceId)) continue
    await mirrors
      .compact(workspaceId, { keep: await neededCommits(db, workspaceId) })
      .catch((error: unknown) => log.warn({ error, workspace: workspaceId }, 'a mirror could not be packed'))
  }
}
