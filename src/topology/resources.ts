// What a service gets when nobody says otherwise: what its framework usually needs, else its runtime.
import type { ServiceSpec, ServiceType } from './topology.ts'

export type Resources = ServiceSpec['resources']

const small: Resources = { memory: '128Mi', cpu: '0.25' }
const light: Resources = { memory: '256Mi', cpu: '0.5' }
const usual: Resources = { memory: '512Mi', cpu: '0.5' }
const large: Resources = { memory: '1Gi', cpu: '1' }

const byType: Readonly<Record<ServiceType, Resources>> = {
  nodejs: usual, bun: usual, deno: usual, python: usual, golang: light, rust: light, ruby: usual, java: large, php: usual, dotnet: usual, elixir: usual, gleam: usual,
  haskell: light, swift: light, zig: light, dart: light, crystal: light, cpp: light, static_site: small, containerized: usual, compose_stack: usual, proxy: small, database: usual, kubernetes: usual,
} // biome-ignore format: a table

/** Frameworks that need more, or less, than their language does. */
const byFramework: Readonly<Record<string, Resources>> = {
  quarkus: usual, micronaut: usual, helidon: usual, ktor: usual, javalin: usual, vertx: usual, aspire: large,
  rails: { memory: '768Mi', cpu: '0.5' }, strapi: large, medusa: large, keystone: large, directus: large, payload: large, streamlit: large, gradio: large,
  redis: light, valkey: light, memcached: small, kafka: large, neo4j: large, clickhouse: large, envoy: light, kong: usual,
  elasticsearch: { memory: '2Gi', cpu: '1' }, opensearch: { memory: '2Gi', cpu: '1' }, cassandra: { memory: '2Gi', cpu: '1' },
} // biome-ignore format: a table

export function usualResources(type: ServiceType, framework: string | undefined): Resources {
  return (framework !== undefined && Object.hasOwn(byFramework, framework) ? byFramework[framework] : undefined) ?? byType[type]
}
