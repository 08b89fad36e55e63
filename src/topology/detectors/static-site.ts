import type { Claim, ClaimedSpec, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { buildOf, portInVariables } from '../nodejs/claim.ts'
import { kindOfPackage } from '../nodejs/kind.ts'
import { type NxApplication, readNxApplication } from '../nodejs/nx.ts'
import { findNodeVersion, findPackageManager, readPackageJson } from '../nodejs/package-json.ts'
import { defined } from '../reading/data.ts'
import { apart, said, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import { builtSigns, findOutput, type Package } from '../static-site/built.ts'
import { findGenerated, type GeneratedSite, generatorMarks } from '../static-site/generated.ts'
import { findPlain, type PlainSite, plainMarks } from '../static-site/plain.ts'
import { variablesOfPages } from '../static-site/variables.ts'
import type { Because } from '../topology.ts'

/** Where the template's server listens; ports below 1024 would need a privilege. A Dockerfile's own port outweighs it. */
const templatePort = 8080
const health = { kind: 'http' as const, path: '/' }
const served = "the port of kyozo's server of files"

/** A folder of files for browsers: as it lies there, as a generator makes it, or as a Node package builds it. */
export const staticSite: Detector = {
  type: 'static_site',
  title: 'Static site',
  marks: [...plainMarks, ...generatorMarks, 'package.json', 'project.json'],
  claim(folder, repository): Claim | undefined {
    const site = findSite(folder, repository)
    if (site === undefined) return undefined
    const dockerfile = dockerfileSigns('static_site', findDockerfile(folder, repository)).filter(({ weight }) => weight >= 0.5)
    return {
      type: 'static_site',
      hasManifest: site.hasManifest,
      signs: [...site.signs, ...dockerfile],
      spec: { ...site.spec, health, because: { ...site.spec.because, ...healthPlace(site) } },
      dependencies: [],
      imports: [],
      addresses: [],
      reads: [],
    }
  },
}

/** A site is well when its first page is there. */
function healthPlace({ signs: [place] }: Site): Because {
  return apart({ health: usual(health, place, 'its first page') }).because
}

interface Site {
  readonly hasManifest: boolean
  readonly signs: readonly Sign[]
  readonly spec: ClaimedSpec
}

/** A package's builder speaks before a generator's configuration, and both before the page that lies there. */
function findSite(folder: Folder, repository: Repository): Site | undefined {
  const manifest = readPackageJson(folder.path, repository)
  const kind = kindOfPackage(folder.path, repository)
  if (manifest && kind.builder) return builtSite({ folder, repository, manifest, kind, builder: kind.builder })
  const application = readNxApplication(folder.path, repository)
  if (application?.kind === 'site') return nxSite(application)
  const generated = findGenerated(folder, repository)
  if (generated !== undefined) return generatedSite(generated)
  const plain = findPlain(folder, repository)
  return plain && plainSite(plain, manifest !== undefined)
}

function builtSite(site: Package): Site {
  const { folder, repository, manifest, kind, builder } = site
  const packageManager = findPackageManager(manifest, folder, repository)
  const place = manifest.at(`${builder.list}/${builder.dependency}`, `${builder.dependency} in ${builder.list}`)
  return {
    hasManifest: true,
    signs: builtSigns(site),
    spec: defined({
      name: manifest.name,
      ...apart({
        framework: said(builder.row.isNamedByView ? (kind.view ?? builder.row.name) : builder.row.name, place),
        version: findNodeVersion(manifest, folder, repository),
        packageManager,
        buildCommand: buildOf(manifest, packageManager.value) ?? usual(builder.row.build, place, `how ${builder.row.name} builds`),
        port: portInVariables(folder, repository) ?? usual(templatePort, place, served),
      }),
      environment: variablesOfPages(folder, manifest, repository),
      facts: { outputFolder: findOutput(site), isBuilt: true },
    }),
  }
}

function nxSite({ framework, name, output, signs }: NxApplication): Site {
  const facts = { outputFolder: output, isBuilt: true }
  const place = signs[1] ?? signs[0]
  const values = apart({
    framework: said(framework, place),
    buildCommand: usual(`nx build ${name}`, place, 'what Nx builds of it'),
    port: usual(templatePort, place, served),
  })
  return { hasManifest: true, signs, spec: { ...values, facts } }
}

function generatedSite({ generator, output, version, signs }: GeneratedSite): Site {
  const [place] = signs
  return {
    hasManifest: true,
    signs,
    spec: {
      ...apart({
        framework: said(generator.name, place),
        version,
        packageManager: usual(generator.packageManager, place, `what installs ${generator.name}`),
        buildCommand: usual(generator.build, place, `how ${generator.name} builds`),
        port: usual(templatePort, place, served),
      }),
      facts: {
        outputFolder: output,
        isBuilt: true,
        generator: generator.name,
        ...(version === undefined ? {} : { generatorVersion: version.value }),
      },
    },
  }
}

function plainSite({ root, framework, signs }: PlainSite, hasManifest: boolean): Site {
  const [place] = signs
  const shown = framework === undefined ? undefined : (signs.find(({ fact }) => fact.startsWith(framework)) ?? place)
  const values = apart({ framework: said(framework, shown), port: usual(templatePort, place, served) })
  return { hasManifest, signs, spec: { ...values, facts: { outputFolder: root, isBuilt: false } } }
}
