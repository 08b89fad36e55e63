// A compose file mounts sources into a language's image for somebody to work on them: nothing installs or compiles what they need. They are
// built as their folder would be without the file, and keep everything else that the file says.
import type { ComposeModelMount, ComposeModelService } from '../topology/compose/model.ts'
import { isWithin } from '../topology/paths.ts'
import { isBaked } from './baked-files.ts'
import type { ComposeServiceInput } from './compose-service.ts'
import { makeImage } from './folder-service.ts'
import type { BuildInput } from './stack.ts'

export interface BuiltSources {
  readonly build: BuildInput
  /** The template's own check, as Compose's `test`. */
  readonly healthTest?: readonly string[]
  readonly port?: number
  /** The service without what only an image of others needs to be told. */
  readonly service: ComposeModelService
}

/** Undefined for what is built by the file itself, and for an image that runs as it is. */
export function buildSources({ service, spec, input }: ComposeServiceInput): BuiltSources | undefined {
  if (spec === undefined || service.build !== undefined || !(spec.build.kind === 'template' || spec.build.kind === 'dockerfile'))
    return undefined
  const { build, healthTest, port } = makeImage(spec, input)
  if (build === undefined) return undefined
  const { image: _, command: _c, entrypoint: _e, workingDir: _w, ...rest } = service
  const homes = service.mounts.flatMap((mount) => (isSource(mount, spec.path) ? [mount.target] : []))
  const mounts = service.mounts.filter(
    (mount) => !isSource(mount, spec.path) && !(mount.kind === 'anonymous' && isBelow(mount.target, homes)),
  )
  const environment =
    port === undefined || 'PORT' in service.environment ? service.environment : { ...service.environment, PORT: String(port) }
  return {
    build,
    ...(healthTest === undefined ? {} : { healthTest }),
    ...(port === undefined ? {} : { port }),
    service: { ...rest, mounts, environment },
  }
}

function isSource(mount: ComposeModelMount, folder: string): boolean {
  if (!isBaked(mount) || mount.source === undefined) return false
  return isWithin(mount.source, folder) || (mount.kind === 'folder' && isWithin(folder, mount.source))
}

/** A volume without a name inside the sources keeps what was installed there from being hidden by the mount. */
function isBelow(target: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isWithin(target, folder))
}
