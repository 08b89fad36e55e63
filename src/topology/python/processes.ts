// What runs beside a Python server: the workers of its queue, and the clock that gives them work.
import { joinPath } from '../paths.ts'
import type { ProcessSpec } from '../topology.ts'
import type { PythonFramework } from './frameworks.ts'
import { filledStart, type StartInput } from './start.ts'

/** Packages that plan tasks; with them somebody has to watch the clock. */
const beatPackages = ['django-celery-beat', 'celery-redbeat', 'redbeat']

/** The workers of a folder that also serves. */
export function workersOf(worker: PythonFramework, input: StartInput): ProcessSpec[] {
  if (worker.name === 'celery') return celeryWorkers(worker, input)
  const command = filledStart(worker, input)
  return command === undefined ? [] : [{ name: 'worker', command }]
}

function celeryWorkers(worker: PythonFramework, input: StartInput): ProcessSpec[] {
  const { django } = input.entries
  const isDjango = django !== undefined && input.repository.tree.entries.has(joinPath(django.folder, `${django.package}/celery.py`))
  const command = isDjango ? `celery -A ${django.package} worker --loglevel=info` : filledStart(worker, input)
  if (command === undefined) return []
  const plans = input.source.files.some((path) =>
    /\bbeat_schedule\b|\bCELERY_BEAT_SCHEDULE\b/i.test(input.repository.read.text(path) ?? ''),
  )
  const hasBeat = plans || beatPackages.some((name) => input.project.dependencies.has(name))
  return [{ name: 'worker', command }, ...(hasBeat ? [{ name: 'beat', command: command.replace(' worker ', ' beat ') }] : [])]
}
