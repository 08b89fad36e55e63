import type { Claim, Detector, Sign } from '../claim.ts'
import { type DatabaseImage, databaseOfImage } from '../database/images.ts'
import { findSeeded, seededMarks } from '../database/seeded.ts'
import { settingsMarks, settingsSigns } from '../database/settings.ts'
import { developmentPart } from '../development.ts'
import { dockerfileMarks, findDockerfile } from '../dockerfiles.ts'
import { ancestorsOf, joinPath, printable } from '../paths.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import { emptyClaim } from '../reading/source-signs.ts'
import { apart, said, saidInDockerfile, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'

/** A folder whose image is a database, a queue or a search engine with the repository's own seeds or settings. */
export const database: Detector = {
  type: 'database',
  title: 'Database',
  marks: [...dockerfileMarks, ...seededMarks, ...settingsMarks],
  claim(folder, repository): Claim | undefined {
    const dockerfile = findDockerfile(folder, repository)
    const image = databaseOfImage(dockerfile?.image)
    if (dockerfile === undefined) return claimSeeded(folder, repository) ?? claimConfigured(folder)
    if (image === undefined) return undefined
    const seeds = seedsOf(folder, repository)
    const version = /:v?(\d{1,4}(?:\.\d{1,4})?)/.exec(dockerfile.image ?? '')?.[1]
    return {
      type: 'database',
      hasManifest: true,
      signs: signsOf({ dockerfile, image, seeds, folder, repository }),
      spec: {
        ...apart({
          framework: said(image.kind, dockerfile.evidence),
          port:
            saidInDockerfile(dockerfile, dockerfile.ports[0]?.port, { at: dockerfile.ports[0], read: repository.read }) ??
            usual(image.port, dockerfile.evidence, `the usual port of ${image.kind}`),
          health: saidInDockerfile(dockerfile, dockerfile.health?.spec, { at: dockerfile.health, read: repository.read }),
        }),
        environment: dockerfile.environment.map(({ name, value }) => ({ name, required: false, value })),
        facts: { database: image.kind, ...(version === undefined ? {} : { imageVersion: version }), seeds: seeds.slice(0, 20) },
      },
      dependencies: [],
      imports: [],
      addresses: [],
      reads: [],
    }
  },
}

function claimSeeded(folder: Folder, repository: Repository): Claim | undefined {
  const found = findSeeded(folder, repository)
  if (found === undefined) return undefined
  const { kind, port, evidence, signs, facts } = found
  return {
    type: 'database',
    hasManifest: true,
    signs,
    spec: { ...apart({ framework: said(kind, evidence), port: usual(port, evidence, `the usual port of ${kind}`) }), facts },
    dependencies: [],
    imports: [],
    addresses: [],
    reads: [],
  }
}

/** Settings alone say what somebody runs elsewhere: told, and no service. */
function claimConfigured(folder: Folder): Claim | undefined {
  const signs = settingsSigns(folder)
  return signs.length === 0 ? undefined : { ...emptyClaim('database', signs), hasManifest: false }
}

/** Folders whose files a database reads when it starts for the first time. */
const seedFolders = [
  '.',
  'initdb',
  'init',
  'docker-entrypoint-initdb.d',
  'initdb.d',
  'scripts',
  'sql',
  'seed',
  'seeds',
  'dump',
  'data',
  'config',
  'conf',
  'conf.d',
]

const seedNames =
  /\.(?:sql|sql\.gz|cql|cypher|dump|bson|archive)$|^(?:my|mysqld|postgresql|pg_hba|redis|mongod|rabbitmq|valkey)\.(?:cnf|conf)$|^(?:init|seed|setup|mongo-init|create)[\w.-]{0,40}\.(?:js|sh|json|py)$|^(?:elasticsearch|opensearch|cassandra)\.yml$|^(?:users|clickhouse|config)\.xml$|^definitions\.json$/

function seedsOf(folder: Folder, repository: Repository): string[] {
  return seedFolders.flatMap((name) => {
    const place = name === '.' ? folder.path : joinPath(folder.path, name)
    const files = [...(repository.folders.get(place)?.files ?? [])].sort()
    return files.filter((file) => seedNames.test(file)).map((file) => joinPath(place, file))
  })
}

interface DatabaseSource {
  readonly dockerfile: DockerfileFacts
  readonly image: DatabaseImage
  readonly seeds: readonly string[]
  readonly folder: Folder
  readonly repository: Repository
}

function signsOf({ dockerfile, image, seeds, folder, repository }: DatabaseSource): Sign[] {
  const [seed] = seeds
  const [source] = dockerfile.sources
  const other = ancestorsOf(folder.path).find((above) => {
    const files = repository.folders.get(above)
    return files !== undefined && databaseOfImage(findDockerfile(files, repository)?.image) !== undefined
  })
  const development = developmentPart(folder.path)
  return [
    ...(development === undefined
      ? []
      : [
          {
            path: dockerfile.path,
            line: 1,
            fact: `lies in ${printable(development)}, a folder for development`,
            weight: -0.8,
            role: 'tooling' as const,
          },
        ]),
    { ...dockerfile.evidence, fact: `${dockerfile.evidence.fact}, which is ${image.kind}`, weight: 0.7 },
    ...(seed === undefined ? [] : [{ path: seed, line: 1, fact: `seeds or configures ${image.kind}`, weight: 0.5 }]),
    ...(source === undefined
      ? []
      : [{ path: dockerfile.path, line: source.line, fact: `puts ${printable(source.path)} into the image`, weight: 0.3 }]),
    ...(dockerfile.environment.length === 0
      ? []
      : [{ path: dockerfile.path, fact: `states ${dockerfile.environment[0]?.name}`, weight: 0.2 }]),
    ...(other === undefined
      ? []
      : [{ path: dockerfile.path, line: 1, fact: `is another kind of ${printable(other)}`, weight: -0.7, role: 'tooling' as const }]),
  ]
}
