// How Node's frameworks put a path in front of others.
import type { RouteSyntax } from '../reading/routes/syntax.ts'

const expression = '["\'`][^"\'`\\n]{0,120}["\'`]|[\\w.]{1,80}'

export const nodeRoutes: RouteSyntax = {
  scopes: [
    { opens: /\b(?<parent>\w{1,60})\.(?:use|mount|prefix)\s{0,4}\(/g, path: /^\s{0,20}(["'`][^"'`\n]{0,120}["'`]|[\w.]{1,80}(?=\s{0,4},))/, reaches: 'call' },
    // Hono hands over a router by `route`, Elysia by `group`, Adonis by what stands behind it.
    { opens: /\b(?<parent>\w{1,60})\.(?:route|group)\s{0,4}\((?=\s{0,20}["'`][^"'`\n]{0,120}["'`]\s{0,4},)/g, reaches: 'call' },
    { opens: /\b(?<parent>\w{1,60})\.register\s{0,4}\(/g, path: new RegExp(`\\bprefix\\s{0,4}:\\s{0,4}(${expression})`), reaches: 'call' },
    { opens: /@(?:Controller|JsonController)\s{0,4}\(\s{0,20}(?:\{[^{}]{0,200}?\bpath\s{0,4}:\s{0,4})?(?<prefix>["'`][^"'`\n]{0,120}["'`])?[^()]{0,200}\)(?=[^{;]{0,600}?\bclass\b)/g, reaches: 'file' },
  ],
  routers: [
    /\b(?:const|let|var)\s{1,4}(?<name>\w{1,60})[^=\n]{0,60}=\s{0,4}(?:new\s{1,4})?(?:\w{1,30}\.|require\(["']express["']\)\.)?(?:Koa)?Router\s{0,4}\((?:\s{0,20}\{[^{}]{0,200}?\bprefix\s{0,4}:\s{0,4}(?<prefix>["'`][^"'`\n]{0,120}["'`]|[\w.]{1,80}))?/g,
    /\b(?:const|let|var)\s{1,4}(?<name>\w{1,60})[^=\n]{0,60}=\s{0,4}(?<parent>\w{1,60})\.basePath\s{0,4}\(\s{0,4}(?<prefix>["'`][^"'`\n]{0,120}["'`]|[\w.]{1,80})/g,
    /\b(?:const|let|var)\s{1,4}(?<name>\w{1,60})[^=\n]{0,60}=\s{0,4}new\s{1,4}(?:Hono|Elysia|OpenAPIHono)\b[^()\n]{0,60}\([^()]{0,120}\)\s{0,8}\.basePath\s{0,4}\(\s{0,4}(?<prefix>["'`][^"'`\n]{0,120}["'`]|[\w.]{1,80})/g,
    /\b(?:const|let|var)\s{1,4}(?<name>\w{1,60})[^=\n]{0,60}=\s{0,4}new\s{1,4}Elysia\s{0,4}\(\s{0,20}\{[^{}]{0,200}?\bprefix\s{0,4}:\s{0,4}(?<prefix>["'`][^"'`\n]{0,120}["'`]|[\w.]{1,80})/g,
  ],
  applications: [
    /\b(?:const|let|var)\s{1,4}(?<name>\w{1,60})[^=\n]{0,60}=\s{0,4}(?:await\s{1,4})?(?:new\s{1,4})?(?:require\(["'](?:express|fastify|polka)["']\)\s{0,4}\(|(?:express|fastify|Fastify|Koa|Hono|OpenAPIHono|Elysia|polka|restify\.createServer|Hapi\.[sS]erver|NestFactory\.create)\b)/g,
    /(?<=\bexport\s{1,4}default\s{1,4})(?<name>app)\b/g,
  ],
  global: /\.setGlobalPrefix\s{0,4}\(\s{0,20}(?<prefix>["'`][^"'`\n]{0,120}["'`]|[\w.]{1,80}(?:\([^()\n]{0,80}\))?)(?:\s{0,4},\s{0,20}\{\s{0,20}exclude\s{0,4}:\s{0,4}\[(?<except>[^\]]{0,400})\])?/,
  unsure: /\.enableVersioning\s{0,4}\([^;]{0,300}\bdefaultVersion\b/,
  routes: [
    /@(?:Get|All)\s{0,4}\(\s{0,4}(?:["'`](?<path>[\w/-]{0,80})["'`])?\s{0,4}\)/g,
    /\b(?:router|Route|route)\.(?:get|any)\s{0,4}\(\s{0,4}["'`](?<path>(?:[\w-]{1,40}\/){0,3}[\w-]{1,40})["'`]/g,
    /\b\w{1,60}\.(?:get|all)\s{0,4}\(\s{0,4}["'`](?<path>\/)["'`]/g,
  ],
  bindings: [
    /\bimport\s{1,4}(?<names>[^'"`;=]{1,400}?)\s{1,4}from\s{1,4}["'](?<module>[^"'\n]{1,200})["']/g,
    /\b(?:const|let|var)\s{1,4}(?<names>\w{1,60}|\{[^{}]{1,400}\})\s{0,4}=\s{0,4}(?:await\s{1,4})?(?:require|import)\s{0,4}\(\s{0,4}["'](?<module>[^"'\n]{1,200})["']/g,
    /\bexport\s{1,4}(?<names>\{[^{}]{1,400}\})\s{0,4}from\s{1,4}["'](?<module>[^"'\n]{1,200})["']/g,
  ],
} // biome-ignore format: a table
