// Which of the daily backups in a folder stay, and whether the next one is due. Only names of this form are looked at: the folder may hold anything else.
import { partialEnd } from './backup-file.ts'

/** A week. */
export const keptBackups = 7
const dayMs = 24 * 3_600_000
const nameForm = /^kyozo-([0-9a-f]{8})-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup$/

/** `kyozo-1a2b3c4d-2026-01-31T041500Z.backup`; processes that share the folder keep theirs apart. */
export function backupName(processId: string, now: Date): string {
  return `kyozo-${processId.slice(0, 8)}-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z.backup`
}

export interface BackupFolder {
  readonly isDue: boolean
  /** Those beyond the newest of this process, once another has been made. */
  readonly older: readonly string[]
  /** What a process that died left half-made. */
  readonly partial: readonly string[]
}

/** A clock that was put back makes none of them newer than now: one that seems to be of tomorrow counts as one of today. */
export function readBackupFolder(names: readonly string[], processId: string, now: Date): BackupFolder {
  const own = names.filter((name) => nameForm.exec(name)?.[1] === processId.slice(0, 8)).sort()
  const isRecent = own.some((name) => Math.abs(now.getTime() - madeAt(name)) < dayMs)
  const isOwnPartial = (name: string) =>
    name.endsWith(partialEnd) && nameForm.exec(name.slice(0, -partialEnd.length))?.[1] === processId.slice(0, 8)
  return { isDue: !isRecent, older: own.slice(0, Math.max(0, own.length - keptBackups + 1)), partial: names.filter(isOwnPartial) }
}

function madeAt(name: string): number {
  const [, , day, hours, minutes, seconds] = nameForm.exec(name)!
  return Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`)
}
