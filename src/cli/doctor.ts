// `kyozo doctor`: everything a first user trips over, checked on this machine, each with its fix.
import { lookup } from 'node:dns/promises'
import { access, constants, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { Command } from 'commander'
import { runChild } from '../child.ts'
import { type Config, readConfig } from '../config.ts'
import { asKyozoError, KyozoError } from '../errors.ts'
import { ownConnections } from '../forge/own-connections.ts'
import { createLog } from '../log.ts'
import { coloured, printDocument, table } from './print.ts'

interface Check {
  readonly name: string
  /** What is fine, in a few words; throws a KyozoError with the fix as its hint when it is not. */
  readonly run: (config: Config) => Promise<string>
}

export interface Finding {
  readonly name: string
  readonly isFine: boolean
  readonly found: string
  readonly fix: string | null
}

/** Building images with less than this ends in errors that name everything but the disk. */
const diskFloorBytes = 5 * 1024 ** 3
const oldestGit = [2, 30] as const
const programMs = 20_000

const checks: readonly Check[] = [
  { name: 'Node', run: async () => process.version },
  { name: 'git', run: checkGit },
  { name: 'Docker engine', run: checkEngine },
  { name: 'data directory', run: checkDataDir },
  { name: 'disk', run: checkDisk },
  { name: 'port', run: checkPort },
  { name: 'PostgreSQL', run: checkDatabase },
  { name: 'service names', run: checkNames },
  { name: 'Git hosts', run: checkGitHosts },
]

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check this machine and name what is missing')
    .option('--json', 'print one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const findings = await examine(readConfig(process.env))
      if (options.json) printDocument({ schemaVersion: 1, findings })
      else process.stdout.write(coloured(printFindings(findings)))
      if (findings.some((finding) => !finding.isFine)) process.exitCode = 1
    })
}

export function examine(config: Config): Promise<readonly Finding[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => {
      try {
        return { name, isFine: true, found: await run(config), fix: null }
      } catch (thrown) {
        const error = asKyozoError(thrown)
        return { name, isFine: false, found: error.message, fix: error.hint ?? null }
      }
    }),
  )
}

function printFindings(findings: readonly Finding[]): string {
  const rows = findings.flatMap((finding) => [
    [finding.isFine ? 'ok' : 'NOT OK', finding.name, finding.found],
    ...(finding.fix === null ? [] : [['', '', `fix: ${finding.fix}`]]),
  ])
  return table(rows)
}

async function checkGit(): Promise<string> {
  const done = await runChild({ program: 'git', args: ['--version'], deadlineMs: programMs }).catch(() => undefined)
  const found = /(\d+)\.(\d+)[.\d]*/.exec(done?.stdout.toString('utf8') ?? '')
  if (!found) throw new KyozoError('config_invalid', 'the git program is not there', { hint: 'apt-get install git' })
  const [major, minor] = [Number(found[1]), Number(found[2])]
  if (major < oldestGit[0] || (major === oldestGit[0] && minor < oldestGit[1]))
    throw new KyozoError('config_invalid', `git ${found[0]} is older than ${oldestGit.join('.')}`, { hint: 'upgrade git' })
  return found[0]
}

async function checkEngine(config: Config): Promise<string> {
  // The engine's and the database's libraries are loaded only by who asks for them: every other command starts sooner.
  const { createDockerEngine } = await import('../engine/docker/docker-engine.ts')
  const engine = createDockerEngine({
    instance: 'doctor',
    stacksDir: path.join(config.dataDir, 'stacks'),
    log: createLog('silent'),
    ...(config.dockerHost === undefined ? {} : { dockerHost: config.dockerHost }),
  })
  const { version, composeVersion, buildxVersion } = await engine.check()
  return `${version}, Compose ${composeVersion}, Buildx ${buildxVersion}`
}

async function checkDataDir(config: Config): Promise<string> {
  try {
    await access(await nearestFolder(config.dataDir), constants.W_OK)
  } catch (error) {
    throw new KyozoError('config_invalid', `${config.dataDir} cannot be written`, {
      hint: 'give this user the right, or set KYOZO_DATA_DIR',
      cause: error,
    })
  }
  return config.dataDir
}

/** The folder itself, or the one that it would be made in: looking changes nothing. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  return isThere || path.dirname(folder) === folder ? folder : nearestFolder(path.dirname(folder))
}

async function checkDisk(config: Config): Promise<string> {
  const disk = await statfs(await nearestFolder(config.dataDir))
  const freeBytes = disk.bavail * disk.bsize
  const words = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`
  if (freeBytes < diskFloorBytes)
    throw new KyozoError('disk_full', words, {
      hint: `free at least ${diskFloorBytes / 1024 ** 3} GiB, or move KYOZO_DATA_DIR and Docker’s data elsewhere`,
    })
  return words
}

/** A kyozo that answers there is as good as a free port. */
async function checkPort(config: Config): Promise<string> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(config.port, config.host, () => probe.close(() => resolve(true)))
  })
  if (isFree) return `${config.host}:${config.port} is free`
  const answer = await fetch(`http://${config.host}:${config.port}/livez`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  if (answer?.ok) return `kyozo answers at ${config.host}:${config.port}`
  throw new KyozoError('config_invalid', `another program listens on ${config.host}:${config.port}`, { hint: 'stop it, or set KYOZO_PORT' })
}

async function checkDatabase(config: Config): Promise<string> {
  if (config.databaseUrl === undefined) return 'embedded'
  const { openDatabase } = await import('../store/database.ts')
  const database = await openDatabase(config.databaseUrl, 'kyozo doctor')
  await database.close()
  return 'DATABASE_URL answers'
}

/** Browsers and curl lead every name below localhost to this machine by themselves (RFC 6761); a DNS server need not know it. */
async function checkNames(config: Config): Promise<string> {
  if (config.baseDomain === 'localhost') return '*.localhost is this machine for browsers and curl; other programs may need /etc/hosts'
  const name = `service.workspace.${config.baseDomain}`
  try {
    const { address } = await lookup(name)
    return `${name} is ${address}`
  } catch (error) {
    throw new KyozoError('config_invalid', `${name} does not resolve, so services are not reached by name`, {
      hint: `add a wildcard DNS record *.${config.baseDomain}`,
      cause: error,
    })
  }
}

async function checkGitHosts({ forges }: Config): Promise<string> {
  if (forges.length === 0) return 'none is connected by a variable'
  for (const { forge, token, app } of forges)
    if (token === undefined && app === undefined)
      throw new KyozoError('config_invalid', `deliveries of ${forge} are accepted, but no token is set`, {
        hint: `set KYOZO_${forge.toUpperCase()}_TOKEN so that commit statuses can be posted and private repositories read`,
      })
  return `connected to ${ownConnections(forges)
    .map(({ apiUrl }) => apiUrl)
    .join(', ')}`
}
