import { parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { serverFrameworks } from './frameworks.ts'
import { nodeRoutes } from './routes.ts'

const extensions = ['', '.js', '.ts', '.mjs', '.cjs', '.mts', '.cts', '.tsx', '.jsx', '/index.js', '/index.ts', '/index.mjs', '/index.cjs']

/** The files a relative specifier may mean; TypeScript writes `.js` for a `.ts` file. */
export function nodeFiles(reference: string, folder: string): string[] {
  const path = resolvePath(folder, reference)
  if (path === undefined) return []
  const typed = path.replace(/\.([mc]?)js$/, '.$1ts')
  return [...extensions.map((extension) => path + extension), ...(typed === path ? [] : [typed])]
}

/** What a bundler or Node reads as it is; `../package.json` is no source. */
const plainData = /\.(?:json5?|css|s[ac]ss|less|svg|png|jpe?g|html?|mdx?|txt|ya?ml|graphql|gql|node|wasm)$/

/** What a value with a `listen` of its own comes from, when it serves: a connection to an editor has one as well. */
const serverModules = new Set([
  ...['http', 'https', 'http2', 'net', 'tls'].flatMap((name) => [name, `node:${name}`]),
  ...serverFrameworks.flatMap(({ packages }) => packages),
])

/** `express/lib/router` is of `express`. */
function packageOf(module: string): string {
  return module.split('/', module.startsWith('@') ? 2 : 1).join('/')
}

/** Variables that a service of configuration hands on, under its usual names or where Nest's type says what it is. */
const configured = [
  /\b(?:\w{0,30}[cC]onfig(?:Service)?|nconf)[!?]?\.(?<call>get|getOrThrow)\s{0,4}(?:<[\w |[\]]{1,40}>)?\(\s{0,10}['"`](?<name>[A-Z][A-Z0-9_]{1,63})['"`](?:\s{0,8}(?:,|\)\s{0,8}(?:\|\||\?\?))\s{0,8}['"`]?(?<fallback>(?<=['"`])[^'"`\n$]{0,200}(?=['"`])|\d{1,9}\b))?/g,
  /\b\w{1,30}[!?]?\.(?<call>get|getOrThrow)\s{0,4}(?:<[\w |[\]]{1,40}>)?\(\s{0,10}['"`](?<name>[A-Z][A-Z0-9_]{1,63})['"`](?<=\bConfigService\b[\s\S]{0,3000}?)(?:\s{0,8}(?:,|\)\s{0,8}(?:\|\||\?\?))\s{0,8}['"`]?(?<fallback>(?<=['"`])[^'"`\n$]{0,200}(?=['"`])|\d{1,9}\b))?/g,
]

export const nodeSource: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|\/?\*).*$/gm,
  listens: [
    /\bBun\.serve\s{0,4}\(/g,
    /(?<=\b(?:app|application|api|fastify|\w{0,40}[sS]erver|\w{1,40}App))\.listen\s{0,4}\(/g,
    /\.listen\s{0,4}\((?=\s{0,20}(?:\d|\{|['"`]|(?:\w{1,40}\.){0,6}\w{0,40}(?:port|host|addr|listen|socket|env)\w{0,40}\b))/gi,
    /\bcreate(?:Secure|Http2?|HTTP|Adonis)?Server\s{0,4}\(/g,
    /\bserve\s{0,4}\(\s{0,20}(?:app\b|\{)/g,
    /\b(?:startStandaloneServer|bindAsync|Hapi\.server|startServer|toNodeListener)\s{0,4}\(/g,
    /\bnew\s{1,4}(?:WebSocket\.|ws\.)?(?:WebSocketServer|Hapi\.Server)\s{0,4}\(/g,
    /\bsails\.lift\s{0,4}\(/g,
  ],
  mayListen: { calls: [/\.listen\s{0,4}\(/g], isServer: (module) => serverModules.has(packageOf(module)) },
  ports: [
    /\b(?=\w{1,40}\s{0,4}=\s{0,4}(?:Number\s{0,4}\(\s{0,4})?(?:process|Bun)\.env[^\n]{0,60}?(?:\|\||\?\?)\s{0,4}['"]?(\d{2,5})\b)(\w{1,40})\b(?=[\s\S]{0,4000}?\.listen\s{0,4}\(\s{0,4}\2\b)/g,
    /\b(?:process|Bun)\.env(?:\.|\[['"])(?:[A-Z]{1,20}_)?PORT(?:['"]\])?\s{0,4}(?:\|\||\?\?)\s{0,4}['"]?(\d{2,5})\b/g,
    /\.(?:get|getOrThrow)\s{0,4}(?:<\w{1,20}>)?\(\s{0,4}['"](?:(?:APP|HTTP|SERVER|API|WEB|LISTEN|SERVICE|NODE|app|http|server|api|web)[._])?(?:PORT|port)['"]\s{0,4}(?:,|\)\s{0,4}(?:\|\||\?\?))\s{0,4}['"]?(\d{2,5})\b/g,
    /\b(?:(?:DEFAULT|HTTP|SERVER|APP|API|WEB|LISTEN)_)?PORT\s{0,4}=\s{0,4}['"]?(\d{2,5})\b/g,
    /\.listen\s{0,4}\(\s{0,20}(?:\{\s{0,20}port\s{0,4}:\s{0,4})?['"]?(\d{2,5})\b/g,
    /\bPORT['"]?\s{0,4}(?:,|:)[^\n]{0,80}?(?:default\s{0,4}[(:]|,)\s{0,4}['"]?(\d{2,5})\b/g,
    /\bport\s{0,4}(?::\s{0,4}number\s{0,4})?[:=]\s{0,4}['"]?(\d{2,5})\b/gi,
  ],
  loops: [
    /\bawait\s{1,4}(?:sleep|delay|wait)\s{0,4}\(/g,
    /\b(?:client|bot|app)\.(?:login|launch|start|startPolling|connect)\s{0,4}\(/g,
    /\bnew Worker\s{0,4}\(\s{0,4}['"`]/g,
    /\bcron\.schedule\s{0,4}\(|\bnew CronJob\s{0,4}\(/g,
    /\.(?:subscribe|consume|process|blpop|brpop|xread|xreadgroup)\s{0,4}\(/gi,
    /\b(?:while\s{0,4}\(\s{0,4}true|for\s{0,4}\(\s{0,4};\s{0,4};)\s{0,4}\)/g,
    /\bsetInterval\s{0,4}\(/g,
  ],
  environment: [
    {
      pattern:
        /\b(?:process\.env|Bun\.env|import\.meta\.env(?!\.(?:MODE|DEV|PROD|SSR|BASE_URL)\b))(?:\.|\[['"])(?<name>[A-Z_][A-Z0-9_]{0,63})(?:['"]\])?(?<bang>!)?(?:\s{0,8}(?:\|\||\?\?)\s{0,8}['"`]?(?<fallback>(?<=['"`])[^'"`\n$]{0,200}(?=['"`])|\d{1,9}\b))?/g,
      isRequired: (match) => match.groups?.bang === '!',
    },
    {
      // A variable of a destructured process.env: the line is `const { A, B = 'x' } = process.env`.
      pattern:
        /(?<=[{,]\s{0,20})(?<name>[A-Z_][A-Z0-9_]{0,63})(?:\s{0,4}=\s{0,4}['"]?(?<fallback>[^'",}\n]{0,100})['"]?)?(?=\s{0,20}(?:,[^{}]{0,300})?\}\s{0,4}=\s{0,4}process\.env\b)/g,
      isRequired: () => false,
    },
    ...configured.map((pattern) => ({ pattern, isRequired: (match: RegExpMatchArray) => match.groups?.call === 'getOrThrow' })),
    {
      // A schema's variable, on a line of its own or among others: `NAME: z.string().url()` of zod, t3-env and valibot, `NAME: Joi.string().required()`,
      // `NAME: str({ default: 'x' })` of envalid.
      pattern:
        /(?:^[ \t]{1,24}|(?<=[{,][ \t]{0,4}))(?<name>[A-Z][A-Z0-9_]{1,63})\s{0,2}:\s{0,4}(?:(?=(?:(?!,[ \t]{0,4}[A-Z][A-Z0-9_]{1,63}[ \t]{0,2}:)[^\n]){0,200}?\bdefault\s{0,2}[(:]\s{0,4}['"]?(?<fallback>[^'"\n,)}]{1,100}))|)(?<schema>(?:z|v|t|[jJ]oi|yup)\s{0,24}\.(?:(?!,[ \t]{0,4}[A-Z][A-Z0-9_]{1,63}[ \t]{0,2}:)[^\n]){0,200}(?:\n[ \t]{1,24}\.[^\n]{0,100}){0,4}|(?:str|num|bool|port|url|email|host|json|testOnly)\((?:(?!,[ \t]{0,4}[A-Z][A-Z0-9_]{1,63}[ \t]{0,2}:)[^\n]){0,200})/gm,
      isRequired: (match) => !/\b(?:optional|default|nullish|catch|devDefault|fallback)\b/.test(match.groups?.schema ?? ''),
    },
  ],
  imports: /\b(?:from|import|require)\b\s{0,4}\(?\s{0,4}['"]([^'"\n]{1,200})['"]/g,
  routes: nodeRoutes,
  resolve: (module, fromFile) => (module.startsWith('.') && !plainData.test(module) ? nodeFiles(module, parentOf(fromFile)) : []),
}
