// Start commands that are for working on the code: they watch files, show stack traces, and serve one request at a time.
import type { Recommendation, ServiceSpec } from '../topology.ts'
import { forEachService } from './rule.ts'

interface DevelopmentServer {
  readonly pattern: RegExp
  readonly instead: string
}

const servers: readonly DevelopmentServer[] = [
  { pattern: /\bmanage\.py\s{1,4}runserver\b/, instead: 'gunicorn or uvicorn with the project’s wsgi or asgi module' },
  { pattern: /\bflask\b[^\n]{0,100}\brun\b/, instead: 'gunicorn with the application' },
  { pattern: /\b(?:uvicorn|fastapi|gunicorn|hypercorn)\b[^\n]{0,200}--reload\b|\bfastapi\s{1,4}dev\b/, instead: 'the same without --reload' },
  { pattern: /\bnext\s{1,4}dev\b/, instead: '`next build` and `next start`' },
  { pattern: /\b(?:nuxt|nuxi|astro|remix|gatsby)\s{1,4}(?:dev|develop)\b/, instead: 'the build and the server that it makes' },
  { pattern: /(?:^|[\s/])vite(?:\s{1,4}(?:dev|serve))?(?:\s{1,4}--\S{1,60}){0,6}$/, instead: '`vite build` and a web server' },
  { pattern: /\bng\s{1,4}serve\b|\breact-scripts\s{1,4}start\b|\bvue-cli-service\s{1,4}serve\b|\bwebpack(?:-dev-server|\s{1,4}serve)\b/, instead: 'the build and a web server' },
  { pattern: /\bnodemon\b|\bts-node-dev\b|\btsx\s{1,4}watch\b|\bnode\b[^\n]{0,100}\s--watch\b/, instead: 'node with the compiled file' },
  { pattern: /\b(?:npm|yarn|pnpm|bun)\s{1,4}(?:run\s{1,4})?(?:dev|start:dev|develop|watch)\b/, instead: 'the script that production runs' },
  { pattern: /\bphp\s{1,4}(?:artisan\s{1,4}serve|-S\s)/, instead: 'FrankenPHP, or php-fpm behind a web server' },
  { pattern: /\bdotnet\s{1,4}(?:watch|run)\b/, instead: '`dotnet publish` and the program that it makes' },
  { pattern: /\bcargo\s{1,4}(?:watch|run)\b|\bgo\s{1,4}run\b|(?:^|\s)air(?:\s|$)/, instead: 'the compiled program' },
] // biome-ignore format: a table

export const adviseDevelopmentServer = forEachService((service): Recommendation | undefined => {
  const { name, start, type } = service
  const server =
    start === undefined || type === 'compose_stack' ? undefined : servers.find(({ pattern }) => pattern.test(start.slice(0, 500)))
  if (server === undefined || start === undefined) return undefined
  return {
    code: 'development_server',
    message: `${name} starts with \`${start.slice(0, 80)}\`, which is meant for development.`,
    fix: `Start ${server.instead}; name the command under \`start\` in kyozo.yaml, or in the Dockerfile.`,
    evidence: evidenceOf(service),
  }
})

function evidenceOf({ evidence, build }: ServiceSpec) {
  const place = build.kind === 'dockerfile' ? evidence.find(({ path }) => path === build.dockerfile) : undefined
  return place === undefined ? evidence.slice(0, 1) : [place]
}
