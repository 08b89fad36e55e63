// A Docker engine with Compose v2 and Buildx: used as it is where one answers; installed and started only where we may.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import {
  ask,
  installSystemPackages,
  lastLine,
  mayInstallSystemPackages,
  osRelease,
  packageSourcesChanged,
  run,
  SetupError,
  say,
  updatePackageLists,
  whyNoSystemPackages,
} from './machine.mjs'

/** The oldest versions whose behaviour kyozo was tried against. */
const oldest = { compose: [2, 24], buildx: [0, 12] }
/** How long a starting engine may take until it answers. */
const engineStartMs = 60_000
const programs = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd', 'tini-static']

export async function prepareEngine() {
  const [isAnswering, compose, buildx] = await Promise.all([
    engineAnswers(),
    ask('docker', ['compose', 'version', '--short']),
    ask('docker', ['buildx', 'version']),
  ])
  const missing = []
  if (!isAnswering && !run('dockerd', ['--version']).ok) missing.push('a Docker engine')
  if (!atLeast(compose, oldest.compose)) missing.push(`Docker Compose ≥ ${oldest.compose.join('.')}`)
  if (!atLeast(buildx, oldest.buildx)) missing.push(`Docker Buildx ≥ ${oldest.buildx.join('.')}`)
  if (missing.length > 0) {
    if (!mayInstallSystemPackages()) throw new SetupError(`${missing.join(', ')} missing, and ${whyNoSystemPackages()}`, manualInstall())
    installEngine(missing)
  }
  if (isAnswering || (await engineAnswers())) return
  await startEngine()
}

/** Whether the engine answers; what `docker version` says goes nowhere, only its success counts. */
async function engineAnswers() {
  return (await ask('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 20_000 })).ok
}

function atLeast(answer, [major, minor]) {
  const found = /(\d+)\.(\d+)/.exec(answer.out)
  return answer.ok && found !== null && (Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor))
}

function installEngine(missing) {
  const os = osRelease()
  if (os.ID !== 'debian' && os.ID !== 'ubuntu')
    throw new SetupError(
      `${missing.join(', ')} missing, and kyozo can install it on Debian and Ubuntu only (this is ${os.PRETTY_NAME ?? process.platform})`,
      manualInstall(),
    )
  say(`missing: ${missing.join(', ')}`)
  updatePackageLists()
  if (os.ID === 'ubuntu') return installSystemPackages(['docker.io', 'docker-compose-v2', 'docker-buildx', 'iptables'], 'runs the services')
  if (!distributionIsRecent()) addNewerDebianSuite()
  installSystemPackages([...programs, 'iptables'], 'runs the services')
}

/** Debian 12 has Engine 20.10 and Compose 1.29, which lack what kyozo needs. */
function distributionIsRecent() {
  const policy = run('apt-cache', ['policy', 'docker-compose']).out
  return atLeast({ ok: true, out: /Candidate: (.*)/.exec(policy)?.[1] ?? '' }, oldest.compose)
}

/** Adds Debian's forky suite from the machine's own mirror, pinned so that nothing but the engine's packages comes from it. */
function addNewerDebianSuite() {
  const { uri, signedBy } = debianMirror()
  say(
    'adding Debian forky as a source for the engine packages only (Debian 12 ships Engine 20.10; pinned in /etc/apt/preferences.d/kyozo-engine)',
  )
  writeFileSync(
    '/etc/apt/sources.list.d/kyozo-engine.sources',
    `Types: deb\nURIs: ${uri}\nSuites: forky\nComponents: main\nSigned-By: ${signedBy}\n`,
  )
  writeFileSync(
    '/etc/apt/preferences.d/kyozo-engine',
    `Package: ${programs.join(' ')}\nPin: release n=forky\nPin-Priority: 990\n\nPackage: *\nPin: release n=forky\nPin-Priority: -10\n`,
  )
  packageSourcesChanged()
}

function debianMirror() {
  for (const name of readdirSync('/etc/apt/sources.list.d').filter((file) => file.endsWith('.sources'))) {
    const text = readFileSync(`/etc/apt/sources.list.d/${name}`, 'utf8')
    const uri = /^URIs:\s*(\S+)/m.exec(text)?.[1]
    if (uri !== undefined && /^Suites:.*bookworm|^Suites:.*bullseye/m.test(text))
      return { uri, signedBy: /^Signed-By:\s*(\S+)/m.exec(text)?.[1] ?? '/usr/share/keyrings/debian-archive-keyring.gpg' }
  }
  const listed = existsSync('/etc/apt/sources.list')
    ? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S+\s+main/m.exec(readFileSync('/etc/apt/sources.list', 'utf8'))
    : null
  if (listed) return { uri: listed[1], signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' }
  throw new SetupError('no Debian mirror found in /etc/apt', manualInstall())
}

async function startEngine() {
  if (process.getuid?.() !== 0)
    throw new SetupError(
      'the Docker engine does not answer (is it running, and may this user use its socket?)',
      `sudo systemctl start docker\nsudo usermod -aG docker ${process.env.USER ?? '$USER'}   (then log in again)`,
    )
  if (process.env.DOCKER_HOST)
    throw new SetupError(
      `the Docker engine at DOCKER_HOST=${process.env.DOCKER_HOST} does not answer`,
      'start it, or unset DOCKER_HOST to use the engine of this machine',
    )
  if (existsSync('/run/systemd/system')) {
    say('starting the Docker engine (systemctl start docker)')
    run('systemctl', ['start', 'docker'], { timeoutMs: engineStartMs })
  } else {
    say('starting the Docker engine (dockerd, log in /var/log/dockerd.log; it keeps running, because your services do)')
    mkdirSync('/var/log', { recursive: true })
    const log = openSync('/var/log/dockerd.log', 'a')
    spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] }).unref()
  }
  const deadline = Date.now() + engineStartMs
  while (!(await engineAnswers())) {
    if (Date.now() > deadline)
      throw new SetupError(
        `the Docker engine did not answer within ${engineStartMs / 1000} s: ${lastLine(run('tail', ['-n', '3', '/var/log/dockerd.log']).out)}`,
        'read /var/log/dockerd.log, or run `docker info` by hand',
      )
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

function manualInstall() {
  return [
    'install Docker Engine ≥ 25 with Compose and Buildx (on Debian 13 or Ubuntu 24.04: apt-get install docker.io docker-cli docker-compose docker-buildx)',
    'start it, and make sure this user may use its socket: docker info',
    'then run the same command again',
  ].join('\n')
}
