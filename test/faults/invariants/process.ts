// kyozo itself: it ends only when it is ended, stays small, leaves no program behind and prints no secret.
import type { Exit } from '../world/kyozo-process.ts'
import type { Invariant } from './invariant.ts'

const memoryLimitMiB = 512

export const processInvariants: readonly Invariant[] = [
  {
    name: 'I14 alive',
    says: 'kyozo ends when it is told to, and never by itself while it serves',
    mayHeal: false,
    find: ({ done }) =>
      done.exits.filter((exit) => !mayEnd(exit)).map(({ code, signal, words }) => `it ended with ${signal ?? code}: ${words}`),
  },
  {
    name: 'I10 memory',
    says: `no kyozo uses more than ${memoryLimitMiB} MiB`,
    mayHeal: false,
    find: ({ seen }) => (seen.peakMemoryMiB <= memoryLimitMiB ? [] : [`it used ${seen.peakMemoryMiB} MiB`]),
  },
  {
    name: 'I5 children',
    says: 'No program that kyozo started runs on when nothing is to be done',
    mayHeal: true,
    find: ({ seen }) => seen.children.map((line) => `${line} runs still`),
  },
  {
    name: 'I8 secrets',
    says: 'No secret stands in what kyozo prints, stores to be read or tells the Git host',
    mayHeal: false,
    find: ({ seen }) => seen.leaks.map((place) => `a secret stands in ${place}`),
  },
]

function mayEnd({ asked, signal, code, hadStarted }: Exit): boolean {
  if (asked.includes('SIGKILL') && signal === 'SIGKILL') return true
  // 1 says that not everything had ended in time. What has not begun to listen for signals ends by them.
  if (asked.includes('SIGTERM') && (signal === null ? code === 0 || code === 1 : signal === 'SIGTERM' && !hadStarted)) return true
  // It found no database, say; its service manager starts it again.
  return !hadStarted && signal === null && code !== 0
}
