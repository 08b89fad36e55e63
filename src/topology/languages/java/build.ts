// What a build file of the JVM says, in the same words for Maven, Gradle, sbt and the tools of Clojure.
import type { Sign } from '../../claim.ts'
import type { Said } from '../../reasons.ts'
import type { Evidence } from '../../topology.ts'

export interface JavaBuild {
  readonly manager: 'maven' | 'gradle' | 'sbt' | 'leiningen' | 'clojure' | 'boot' | 'ant' | 'java'
  readonly manifest: Evidence
  readonly name: string | undefined
  readonly javaVersion?: Said<string> | undefined
  /**
   * Artifacts by name without group, platform or Scala version; besides them the group of each, `plugin:` with a build plugin's name, and
   * `packaging:` with what is built, so that frameworks can be told by any of these.
   */
  readonly dependencies: ReadonlyMap<string, Evidence>
  /** Versions by artifact, group or `plugin:`, where the build writes them. */
  readonly versions?: ReadonlyMap<string, string>
  /** Why the build makes something that runs, where it says so itself, and how much that counts. */
  readonly runs?: Sign | undefined
  /** A class or namespace in which the program begins. */
  readonly mainClass?: string | undefined
  readonly packaging: string
  /** Modules that the build only gathers, and what speaks against a service of its own. */
  readonly role?: { readonly evidence: Evidence; readonly role: 'workspace_root' | 'library' | 'tests' | 'example' | 'tooling' } | undefined
  readonly start?: string | undefined
  readonly buildCommand?: string | undefined
  /** The folder that the build command runs in. Default is the module's own. */
  readonly home?: string | undefined
  readonly port?: Said<number> | undefined
  /** Paths outside the folder that the build reads. */
  readonly reads: readonly string[]
  /** Folders with sources when they are not the usual ones. */
  readonly sourceFolders?: readonly string[] | undefined
}

/** What a server's plugin or packaging counts; and what a plugin counts that makes tools as well as servers. */
export const runsWeights = { server: 0.45, program: 0.2 } as const

/** Notes an artifact under all the names that it goes by; the first evidence stays. */
export function noteArtifact(
  dependencies: Map<string, Evidence>,
  artifact: { group?: string | undefined; name: string; evidence: Evidence },
): void {
  const { group, evidence } = artifact
  const name = artifact.name.replace(/_(?:2\.1[0-3]|3)$/, '').replace(/-jvm$/, '')
  for (const key of [name, group]) if (key !== undefined && key !== '' && !dependencies.has(key)) dependencies.set(key, evidence)
}

/** `1.8` is 8, and `17.0.9-tem` is 17: the version as images of runtimes are tagged. */
export function majorVersion(version: string | undefined): string | undefined {
  const [, old, major] = /^\D{0,30}(?:(1)\.)?(\d{1,2})(?:[.\-+_u].{0,60})?$/.exec(version?.trim() ?? '') ?? []
  return old !== undefined && major !== undefined && Number(major) > 8 ? undefined : major
}
