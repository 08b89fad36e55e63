// Where in the container something is mounted.
import type { Place } from '../located.ts'
import { refuse, type Scope } from '../scope.ts'
import { shown } from '../wording.ts'

/** An absolute path without `..` and without a slash at its end. */
export function checkedTarget(scope: Scope, at: Place, target: string): string | undefined {
  if (/^\/[^\0\n:]*$/.test(target) && !target.split('/').includes('..') && target !== '/') return target.replace(/(?<=.)\/+$/, '')
  return refuse(scope, at, { rule: 'volume_syntax', message: `${shown(target)} is not an absolute path in the container` })
}
