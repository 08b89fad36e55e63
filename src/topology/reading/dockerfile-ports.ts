// Where the program of a Dockerfile listens: what it exposes, else what its variables and its command say, else what its image is known for.
import type { Instruction } from 'dockerfile-ast'
import { databaseOfImage } from '../database/images.ts'
import { portInCommand } from '../procfile.ts'
import { proxyOfImage, webServerOfImage } from '../proxy/images.ts'
import type { HealthSpec } from '../topology.ts'
import { asPort } from './data.ts'
import { imageName } from './dockerfile-images.ts'
import { substitute, type Values } from './dockerfile-variables.ts'

export interface ExposedPort {
  readonly port: number
  readonly line: number
}

export interface PortInput {
  readonly instructions: readonly Instruction[]
  readonly values: Values
  readonly command: { readonly text: string; readonly line: number } | undefined
  readonly health: { readonly spec: HealthSpec; readonly line: number } | undefined
  readonly base: { readonly image: string; readonly line: number } | undefined
}

/** Every port, the one that answers requests first. */
export function portsOf(input: PortInput): ExposedPort[] {
  const { instructions, values, command, health } = input
  const exposed = instructions.filter((item) => item.getKeyword() === 'EXPOSE').flatMap((item) => readExposed(item, values))
  const stated = statedPort(instructions, values)
  const commanded = portInCommand(command === undefined ? undefined : substitute(command.text, values))
  if (exposed.length > 0)
    return [...exposed].sort((a, b) => rankOf(a.port, [commanded, stated?.port]) - rankOf(b.port, [commanded, stated?.port]))
  if (stated !== undefined) return [stated]
  if (commanded !== undefined && command !== undefined) return [{ port: commanded, line: command.line }]
  const probed = health?.spec.kind === 'http' ? health.spec.port : undefined
  if (probed !== undefined && health !== undefined) return [{ port: probed, line: health.line }]
  return usualPort(input.base)
}

function readExposed(item: Instruction, values: Values): ExposedPort[] {
  const line = item.getRange().start.line + 1
  const words = item.getArguments().flatMap((argument) => substitute(argument.getValue(), values).split(/\s{1,20}/))
  return words.flatMap((word) => {
    const port = /\/udp$/i.test(word) ? undefined : asPort(word.replace(/\/tcp$/i, '').split('-')[0])
    return port === undefined ? [] : [{ port, line }]
  })
}

/** Ports that debuggers, metrics, live reload and TLS use beside the one that answers. */
const sidePorts = new Set([
  22, 443, 8443, 5005, 8787, 9229, 2345, 40000, 9464, 9090, 9091, 35729, 24678, 24679, 8686, 9010, 1099, 8009, 9990, 2019,
])

function rankOf(port: number, chosen: readonly (number | undefined)[]): number {
  if (chosen.includes(port)) return chosen.indexOf(port)
  return sidePorts.has(port) ? 4 : 3
}

/** Variables that servers read their port from. Plain HTTP comes first, because that is what the edge speaks; Micronaut stops serving it with TLS. */
const portVariables = [
  'PORT', 'QUARKUS_HTTP_PORT', 'MICRONAUT_SERVER_SSL_PORT', 'MICRONAUT_SERVER_PORT', 'SERVER_PORT', 'HTTP_PORT', 'APP_PORT', 'SERVICE_PORT', 'LISTEN_PORT', 'ASPNETCORE_HTTP_PORTS', 'ASPNETCORE_URLS',
  'DOTNET_URLS', 'FLASK_RUN_PORT', 'ROCKET_PORT', 'NITRO_PORT', 'NUXT_PORT', 'UVICORN_PORT', 'GRADIO_SERVER_PORT', 'STREAMLIT_SERVER_PORT', 'VERTX_HTTP_PORT', 'HTTP_LISTEN_ADDRESS', 'LISTEN_ADDR', 'BIND_ADDR', 'NGINX_PORT',
] // biome-ignore format: a list

function statedPort(instructions: readonly Instruction[], values: Values): ExposedPort | undefined {
  for (const name of portVariables) {
    const addresses = values.get(name)?.split(/[;,]\s{0,4}/, 10) ?? []
    const plain = addresses.find((address) => !/^["']?https:/.test(address)) ?? addresses[0]
    const port = asPort(
      plain
        ?.trim()
        .replace(/["'/]{1,2}$/, '')
        .split(':')
        .at(-1),
    )
    if (port === undefined) continue
    const item = instructions.findLast((one) => one.getKeyword() === 'ENV' && (one.getArgumentsContent() ?? '').includes(name))
    if (item !== undefined) return { port, line: item.getRange().start.line + 1 }
  }
  return undefined
}

/** Images of application servers of Java, which few people repeat the port of. */
const applicationServers = new Map([['tomcat', 8080], ['tomee', 8080], ['jetty', 8080], ['wildfly', 8080], ['open-liberty', 9080], ['websphere-liberty', 9080], ['jboss-eap', 8080]]) // biome-ignore format: a table

function usualPort(base: PortInput['base']): ExposedPort[] {
  if (base === undefined) return []
  const name = imageName(base.image)
  const port =
    databaseOfImage(base.image)?.port ??
    webServerOfImage(name)?.port ??
    proxyOfImage(name)?.port ??
    applicationServers.get(name) ??
    apachePort(base.image)
  return port === undefined ? [] : [{ port, line: base.line }]
}

/** Images of PHP bring Apache where their tag says so; WordPress and Drupal bring it unless the tag names another server. */
function apachePort(image: string): number | undefined {
  const tag = /:([\w.-]{1,128})(?:@|$)/.exec(image)?.[1] ?? ''
  const name = imageName(image)
  if (name === 'php') return tag.includes('apache') ? 80 : undefined
  return (name === 'wordpress' || name === 'drupal') && !/fpm|cli/.test(tag) ? 80 : undefined
}
