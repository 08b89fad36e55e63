// What runs beside a Python server: the workers of its queue, and the clock that gives them work.
import { joinPath, parentOf } from '../paths.ts'
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

/** Files in which an application of Celery is made, beside the server or in a package of the folder. */
const celeryFiles = ['celery_app.py', 'celery.py', 'worker.py', 'tasks.py', 'celery_worker.py', 'celeryapp.py', 'celery_config.py', 'core/celery_app.py', 'core/celery.py', 'worker/celery_app.py', 'worker/celery.py', 'worker/__init__.py', 'workers/celery_app.py', 'tasks/celery.py', 'tasks/__init__.py', 'tasks/celery_app.py'] // biome-ignore format: a list

/** Only files that make an application of Celery: a server that queues tasks is none of its modules. */
function withCelery(input: StartInput): StartInput {
  const { folder, source, entries, repository } = input
  const homes = new Set([folder.path, ...entries.files.map(parentOf)])
  const likely = [...homes]
    .flatMap((home) => celeryFiles.map((name) => joinPath(home, name)))
    .filter((path) => repository.tree.entries.has(path))
  const makes = (path: string) => /=\s{0,4}(?:\w{1,40}\.)?Celery\s{0,4}\(/.test(repository.read.text(path)?.slice(0, 65_536) ?? '')
  const files = [...new Set([...source.files, ...likely])].filter(makes)
  return { ...input, source: { ...source, files }, entries: { ...entries, files } }
}

function celeryWorkers(worker: PythonFramework, input: StartInput): ProcessSpec[] {
  const { django } = input.entries
  const isDjango = django !== undefined && input.repository.tree.entries.has(joinPath(django.folder, `${django.package}/celery.py`))
  const command = isDjango ? `celery -A ${django.package} worker --loglevel=info` : filledStart(worker, withCelery(input))
  if (command === undefined) return []
  const plans = input.source.files.some((path) =>
    /\bbeat_schedule\b|\bCELERY_BEAT_SCHEDULE\b/i.test(input.repository.read.text(path) ?? ''),
  )
  const hasBeat = plans || beatPackages.some((name) => input.project.dependencies.has(name))
  return [{ name: 'worker', command }, ...(hasBeat ? [{ name: 'beat', command: command.replace(' worker ', ' beat ') }] : [])]
}
