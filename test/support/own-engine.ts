// A Docker engine of its own for tests that stop, kill or freeze one: own data, own socket, own bridge and own addresses, beside the machine's engine
// and without its rules of the firewall. Needs root, as starting any dockerd does. (One that is started with `--bridge none` instead takes the machine's
// docker0 away, and with it every build there.)
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { until } from './until.ts'

const run = promisify(execFile)

export interface OwnEngine {
  /** For DOCKER_HOST: `unix:///…`. */
  readonly dockerHost: string
  /** What a kyozo on it is started with: where it is, and addresses that its containers may speak to each other on. */
  readonly environment: Readonly<Record<string, string>>
  /** The socket's file, to take away, or to take the right to it away. */
  readonly socket: string
  /** The process that runs now. */
  pid(): number
  /** Runs `docker` against it and returns what it printed. */
  docker(...args: readonly string[]): Promise<string>
  /** Copies images over from the machine's engine. */
  loadImages(images: readonly string[]): Promise<void>
  /** Starts it again, after `stop` or `kill`, and waits until it answers. */
  start(): Promise<void>
  /** SIGTERM: containers are stopped first. */
  stop(): Promise<void>
  /** SIGKILL: containers go on until the next start, which ends them: ten seconds for those that do not mind SIGTERM. */
  kill(): Promise<void>
  /** SIGSTOP: connections are accepted by the kernel and nothing is ever answered. */
  freeze(): void
  thaw(): void
  /** Ends it, with everything that it ran, and removes its data. */
  remove(): Promise<void>
}

export interface OwnEngineOptions {
  /** Images of the machine's engine that it begins with. Default is `busybox:stable`. */
  readonly images?: readonly string[]
  /** More arguments for dockerd, such as `--live-restore`. */
  readonly args?: readonly string[]
}

const answerMs = 60_000

export async function startOwnEngine({ images = ['busybox:stable'], args = [] }: OwnEngineOptions = {}): Promise<OwnEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ky-engine-'))
  const socket = path.join(folder, 'docker.sock')
  const dockerHost = `unix://${socket}`
  const addresses = await makeBridge()
  const docker = async (...rest: readonly string[]) => (await run('docker', ['--host', dockerHost, ...rest], { maxBuffer: 16e6 })).stdout
  let daemon: Daemon | undefined
  const start = async () => {
    await forgetEnded(folder)
    const mine = await spawnDaemon(folder, [`--host=${dockerHost}`, ...addresses.args, ...args])
    daemon = mine
    await until('an engine of its own to answer', () => answers(mine, docker), { deadlineMs: answerMs, everyMs: 100 })
  }
  const end = async (signal: NodeJS.Signals) => {
    daemon?.child.kill('SIGCONT')
    daemon?.child.kill(signal)
    await daemon?.ended
  }
  const engine: OwnEngine = {
    dockerHost,
    environment: { DOCKER_HOST: dockerHost, KYOZO_NETWORK_POOL: addresses.pool },
    socket,
    pid: () => daemon?.child.pid ?? 0,
    docker,
    loadImages: (wanted) => copyImages(dockerHost, wanted),
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void daemon?.child.kill('SIGSTOP'),
    thaw: () => void daemon?.child.kill('SIGCONT'),
    async remove() {
      daemon?.child.kill('SIGCONT')
      if (daemon?.child.exitCode === null && daemon.child.signalCode === null) await removeContents(docker).catch(() => undefined)
      await end('SIGTERM')
      await removeTraces(folder)
      await addresses.remove()
    },
  }
  try {
    await start()
    await engine.loadImages(images)
    return engine
  } catch (error) {
    await engine.remove()
    throw error
  }
}

interface Daemon {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  output(): string
}

/** One that was killed has left its process id, which by now may be another program's: whoever starts would take that one for it, and end. */
async function forgetEnded(folder: string): Promise<void> {
  const daemons = () => processesOf(folder, /^(?:dockerd|containerd)$/)
  for (const pid of await daemons()) killIfThere(pid)
  await until('the engine before it to end', async () => (await daemons()).length === 0)
  for (const file of ['pid', 'exec/containerd/containerd.pid']) await rm(path.join(folder, file), { force: true })
}

/** It dies with the process of the test, whatever becomes of that. */
async function spawnDaemon(folder: string, args: readonly string[]): Promise<Daemon> {
  const settings = path.join(folder, 'daemon.json')
  await writeFile(settings, '{}')
  const own = ['--config-file', settings, '--data-root', path.join(folder, 'data'), '--exec-root', path.join(folder, 'exec')]
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', 'dockerd', ...own, '--pidfile', path.join(folder, 'pid'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-8_000)
  })
  return { child, ended: new Promise((resolve) => child.once('close', resolve)), output: () => output }
}

async function answers(daemon: Daemon, docker: OwnEngine['docker']): Promise<boolean> {
  if (daemon.child.exitCode !== null) throw new Error(`an engine of its own ended while starting: ${daemon.output()}`)
  return docker('version').then(
    () => true,
    () => false,
  )
}

/** Through a file: `docker save` of several processes at once must not share a pipe that one of them closes. */
async function copyImages(dockerHost: string, images: readonly string[]): Promise<void> {
  if (images.length === 0) return
  const folder = await mkdtemp(path.join(tmpdir(), 'ky-images-'))
  try {
    const archive = path.join(folder, 'images.tar')
    await run('docker', ['save', '--output', archive, ...images])
    await run('docker', ['--host', dockerHost, 'load', '--input', archive])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function removeContents(docker: OwnEngine['docker']): Promise<void> {
  const containers = (await docker('container', 'ls', '--all', '--quiet')).split('\n').filter((id) => id !== '')
  if (containers.length > 0) await docker('container', 'rm', '--force', ...containers)
  await docker('network', 'prune', '--force')
}

/** What a killed engine leaves: the processes that hold its containers, their mounts, and its folder. */
async function removeTraces(folder: string): Promise<void> {
  for (const pid of await processesOf(folder)) killIfThere(pid)
  await until("the engine's processes to end", async () => (await processesOf(folder)).length === 0)
  for (const mount of await mountsBelow(folder)) await run('umount', ['--lazy', mount]).catch(() => undefined)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** Its own processes name its folder in their arguments, as do those that hold its containers. */
async function processesOf(
  folder: string,
  programs = /^(?:dockerd|containerd|containerd-shim.*|docker-proxy|setpriv)$/,
): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1 && pid !== process.pid)
  const named = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return programs.test(path.basename(line.split('\0')[0] ?? '')) && line.includes(folder) ? pid : undefined
    }),
  )
  return named.filter((pid) => pid !== undefined)
}

async function mountsBelow(folder: string): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  return mounts.filter((mount) => mount.startsWith(`${folder}/`)).reverse()
}

/** A bridge with addresses nobody else has. The machine's engine lets nothing pass between bridges' ports that it does not know: one rule lets ours. */
async function makeBridge(): Promise<{ readonly args: readonly string[]; readonly pool: string; remove(): Promise<void> }> {
  const { range, name } = await addBridge()
  await run('ip', ['addr', 'add', `${range}.255.1/24`, 'dev', name])
  await run('ip', ['link', 'set', name, 'up'])
  const rule = ['DOCKER-USER', '-s', `${range}.0.0/16`, '-d', `${range}.0.0/16`, '-j', 'ACCEPT']
  await run('iptables', ['-w', '-I', ...rule]).catch(() => undefined)
  return {
    pool: `${range}.0.0/17`,
    // No `--default-address-pool`: with one, an engine that starts again removes the machine's docker0.
    args: [`--bridge=${name}`, '--iptables=false', '--ip6tables=false', '--ip-masq=false'],
    async remove() {
      await run('iptables', ['-w', '-D', ...rule]).catch(() => undefined)
      const links = await linksIn(range)
      for (const link of new Set([...links, name])) await run('ip', ['link', 'delete', link]).catch(() => undefined)
    },
  }
}

/** Another test may take the range between looking and taking: then it draws again. */
async function addBridge(triesLeft = 5): Promise<{ readonly range: string; readonly name: string }> {
  const range = await freeRange()
  const name = `kyt${range.split('.')[1]}`
  try {
    await run('ip', ['link', 'add', 'name', name, 'type', 'bridge'])
    return { range, name }
  } catch (error) {
    if (triesLeft === 0) throw error
    return addBridge(triesLeft - 1)
  }
}

async function freeRange(): Promise<string> {
  const { stdout } = await run('ip', ['-4', '-o', 'addr'])
  for (;;) {
    const range = `10.${110 + Math.floor(Math.random() * 100)}`
    if (!stdout.includes(` ${range}.`)) return range
  }
}

async function linksIn(range: string): Promise<readonly string[]> {
  const { stdout } = await run('ip', ['-4', '-o', 'addr'])
  return stdout
    .split('\n')
    .filter((line) => line.includes(` ${range}.`))
    .map((line) => line.split(/\s+/)[1] ?? '')
}
