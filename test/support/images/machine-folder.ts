// What the images need to know of the machine they are built on: its Debian mirror, its certificates and its npm registry. All of it is read
// here, at run time, and handed to the builds as a folder; nothing of it is kept.
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runProgram } from './run-program.ts'

const sourcesFolder = '/etc/apt/sources.list.d'
const certificates = '/etc/ssl/certs/ca-certificates.crt'

export interface DebianSource {
  readonly uri: string
  /** Every bookworm source of the machine, in apt's deb822 form. */
  readonly sources: string
}

/** The machine's Debian 12 mirror, or nothing where it is no Debian 12 machine. */
export async function readDebianSource(): Promise<DebianSource | undefined> {
  if (!existsSync(sourcesFolder)) return undefined
  const stanzas: string[] = []
  for (const name of (await readdir(sourcesFolder)).filter((file) => file.endsWith('.sources'))) {
    const text = await readFile(join(sourcesFolder, name), 'utf8')
    stanzas.push(...text.split(/\n\s*\n/).filter((stanza) => /^Suites:.*\bbookworm/m.test(stanza) && /debian-archive-keyring/.test(stanza)))
  }
  const main = stanzas.find((stanza) => /^Suites:.*\bbookworm(\s|$)/m.test(stanza))
  const uri = main === undefined ? undefined : /^URIs:\s*(\S+)/m.exec(main)?.[1]
  return uri === undefined ? undefined : { uri, sources: `${stanzas.join('\n\n').trim()}\n` }
}

/** Fills `folder` with what every Dockerfile here may copy from `machine`. */
export async function fillMachineFolder(folder: string, source: DebianSource): Promise<void> {
  await mkdir(folder, { recursive: true })
  await copyFile(certificates, join(folder, 'ca-certificates.crt'))
  await writeFile(join(folder, 'debian.sources'), source.sources)
  await writeFile(join(folder, 'apt.conf'), await freshnessSettings())
  const newer = [
    'Types: deb',
    `URIs: ${source.uri}`,
    'Suites: forky',
    'Components: main',
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
  ]
  await writeFile(join(folder, 'newer-suite.sources'), `${newer.join('\n')}\n`)
  const registry = await runProgram('npm', ['config', 'get', 'registry'])
  await writeFile(join(folder, 'npmrc'), `registry=${registry.trim()}\ncafile=${certificates}\n`)
}

/** A mirror that is a snapshot has release files past their date; where the machine accepts them, the images must too. */
async function freshnessSettings(): Promise<string> {
  const settings = await runProgram('apt-config', ['dump'])
  return settings
    .split('\n')
    .filter((line) => /^Acquire::Check-(Valid-Until|Date) /.test(line))
    .map((line) => `${line}\n`)
    .join('')
}

/** The folders of the Node.js program that runs this and of the machine's npm. */
export async function runtimeFolders(): Promise<Readonly<Record<'node-binary' | 'npm-package', string>>> {
  const globalPackages = await runProgram('npm', ['root', '--global'])
  return { 'node-binary': dirname(process.execPath), 'npm-package': join(globalPackages.trim(), 'npm') }
}
