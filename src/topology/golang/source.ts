import type { SourceLanguage } from '../reading/source.ts'
import { goFrameworks } from './frameworks.ts'
import { goRoutes } from './routes.ts'

/** Names of variables that say where the program itself listens: `REDIS_ADDR` is somebody else's. */
const ownName =
  '(?:(?:APP|APPLICATION|SERVER|HTTP|WEB|API|LISTEN|BIND|SERVICE|GRPC|REST|BACKEND|FRONTEND|GIN|ADMIN)_)?(?:PORT|ADDR|ADDRESS|LISTEN|LISTEN_ADDR)'

/** A port behind an optional host, as it is written after the opening quote. */
const listenedPort = '(?:[^"\\n:]{0,60}:)?(\\d{2,5})(?![\\d.])'

/** Beginnings of names that hold somebody else's port or address. */
const foreignNames =
  '(?:db|database|pg|postgres|mysql|mongo|redis|amqp|rabbit|kafka|nats|smtp|mail|dapr|jaeger|otel|consul|etcd|proxy|remote|target|upstream|metrics?|debug|pprof|max|min|privileged|ephemeral|admin)\\w{0,30}'

/** Names in source that hold the program's own port or address. */
const ownVariable = `(?<![\\w.])(?!(?:default_?)?${foreignNames})(?:[a-z]{1,20}_?)?(?:port|addr(?:ess)?|listen)\\w{0,20}`

/** What a value with a `Run` of its own comes from, when it serves. */
const serverModules = ['net/http', 'net', ...goFrameworks.filter(({ kind }) => kind !== 'worker').flatMap(({ modules }) => modules)]

/** A server of nothing but profiles has no handler, and its file registers none; who listens on port 0 only asks for a free one. */
function withoutAside(whole: string): string {
  const text = whole.replace(/\bnet\.Listen\s{0,4}\(\s{0,4}"tcp[46]?"\s{0,4},\s{0,4}"[^"\n:]{0,60}:0"\s{0,4}\)/g, '')
  if (!/"net\/http\/pprof"/.test(text) || /\bhttp\.Handle(?:Func)?\s{0,4}\(/.test(text)) return text
  return text.replace(/\bhttp\.ListenAndServe\s{0,4}\([^,()\n]{1,80}(?:\([^()\n]{0,80}\))?,\s{0,4}nil\s{0,4}\)/g, '')
}

/** Go finds a package's files through its module, which golang/module.ts does; single files are never named. */
export const goSource: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  withoutAside,
  listens: [
    /\bListenAndServe(?:TLS)?\s{0,4}\(/g,
    /\b(?:net|tls|reuseport)\.Listen\s{0,4}\(|\bListenConfig\b|\bhttp\.Serve(?:TLS)?\s{0,4}\(|\bautocert\.NewListener\s{0,4}\(/g,
    /\bgrpc\.NewServer\s{0,4}\(|\bfasthttp\.(?:Serve|Server)\b|\bmicro\.NewService\s{0,4}\(/g,
    /\.(?:Run|RunTLS|Start|StartTLS|StartAutoTLS|Listen|ListenTLS|Serve)\s{0,4}\(\s{0,4}(?:"[^"\n]{0,60}:\d{2,5}"|":"|(?:\w{1,20}\.)?(?:addr|port|host|listen)\w{0,20}\b|fmt\.Sprintf\()/gi,
    /\bfuncframework\.Start\s{0,4}\(|\bcaddycmd\.Main\s{0,4}\(|\brest\.MustNewServer\s{0,4}\(/g,
  ],
  mayListen: {
    calls: [
      /\b(?:beego|web|iris|gofr|app|application|r|router|engine|e|srv|server|s|m|h)\.(?:Run|Listen|Spin|Start|Serve)\s{0,4}\(\s{0,4}\)/g,
    ],
    isServer: (module) => serverModules.some((name) => module === name || module.startsWith(`${name}/`)),
  },
  ports: [
    new RegExp(
      `\\b\\w{0,30}(?:[Ee]nv|ENV|[Ll]ookup)\\w{0,30}\\s{0,4}\\(\\s{0,4}"${ownName}"(?:\\s{0,4}\\))?\\s{0,4},\\s{0,4}"?${listenedPort}\\b`,
      'g',
    ),
    /\b(?:ListenAndServe(?:TLS)?|Run(?:TLS)?|Start(?:TLS)?|Listen(?:TLS)?)\s{0,4}\(\s{0,4}(?:"tcp[46]?"\s{0,4},\s{0,4})?(?:(?:iris\.)?Addr\s{0,4}\(\s{0,4})?"[^"\n:]{0,60}:(?!6060|9090)(\d{2,5})"(?!\s{0,4},\s{0,4}promhttp)/g,
    /\b(?:ListenAndServe|Listen|Start|Run)\s{0,4}\(\s{0,4}(\d{4,5})\b/g,
    /\bAddr\s{0,4}[:=]\s{0,4}"[^"\n:]{0,60}:(?!6060|9090)(\d{2,5})"/g,
    /`[^`\n]{0,120}\b(?:env|envconfig):"(?:\w{1,20}_)?(?:PORT|ADDR|LISTEN_ADDR)(?:,[^"\n]{0,60}?default=(?:[^",\n]{0,40}:)?(\d{2,5}))[^`\n]{0,120}`/g,
    new RegExp(
      `\`[^\`\\n]{0,120}\\b(?:env|envconfig):"${ownName}[^\`\\n]{0,120}?\\b(?:envDefault|env-default|default):"${listenedPort}"`,
      'g',
    ),
    /^[ \t]{1,8}(?:HTTP|Server|Web|API|Listen|Bind)?(?:Port|Addr|Address|Listen)\s{1,20}\w{1,20}\s{1,20}`[^`\n]{0,160}\b(?:envDefault|env-default|default):"(?:[^"\n:]{0,60}:)?(\d{2,5})"/gm,
    /\.(?:String|Int|Uint|Uint16|StringP|IntP|StringVar|IntVar|StringVarP|IntVarP|UintVar)\s{0,4}\(\s{0,4}(?:&?[\w.]{1,60}\s{0,4},\s{0,4})?"(?:[a-z]{1,12}[-_.]?)?(?:[pP]ort|[aA]ddr|[aA]ddress|listen|listen-addr|listen-address|bind|http)"\s{0,4},\s{0,4}(?:"[a-zA-Z]?"\s{0,4},\s{0,4})?"?(?:[^"\n:]{0,60}:)?(\d{2,5})\b/g,
    /\bName:\s{0,4}"(?:http-|server-)?(?:port|addr|address|listen)"[^{}]{0,200}?\bValue:\s{0,4}"?(?:[^"\n:]{0,60}:)?(\d{2,5})\b/g,
    /\bSetDefault\s{0,4}\(\s{0,4}"(?:(?:app|server|http|web|api|service)[._])?(?:port|addr|address|listen)"\s{0,4},\s{0,4}"?(?:[^"\n:]{0,60}:)?(\d{2,5})\b/gi,
    new RegExp(`${ownVariable}\\s{0,4}(?:string\\s{0,4}|int\\s{0,4})?:?=\\s{0,4}"?${listenedPort}\\b`, 'gi'),
    new RegExp(
      `(?<![\\w.])(?!(?:default_?)?${foreignNames})\\w{1,30}\\s{0,4}(?:string\\s{0,4})?:?=\\s{0,4}"(?:0\\.0\\.0\\.0)?:(?!6060|9090)(\\d{4,5})"`,
      'gi',
    ),
  ],
  loops: [
    /^[ \t]{0,40}for\s{0,4}\{/gm,
    /^[ \t]{0,40}select\s{0,4}\{\s{0,4}\}/gm,
    /\bsignal\.Notify(?:Context)?\s{0,4}\(/g,
    /\btime\.(?:NewTicker|Tick)\s{0,4}\(/g,
    /\.(?:BLPop|BRPop|XRead|XReadGroup|Consume|ConsumePartition|Subscribe|QueueSubscribe|ReadMessage|FetchMessage)\s{0,4}\(/g,
    /\blambda\.Start\w{0,20}\s{0,4}\(|\bmgr\.Start\s{0,4}\(|\bworker\.InterruptCh\s{0,4}\(/g,
  ],
  environment: [
    {
      // What follows an empty variable says whether it has a default or the program gives up.
      pattern:
        /\b(\w{1,40})\s{0,4}:?=\s{0,4}os\.Getenv\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\)\s{0,4}\n?\s{0,8}(?:if\s{1,4}\1\s{0,4}==\s{0,4}""\s{0,4}\{\s{0,20}(?:\1\s{0,4}=\s{0,4}"(?<fallback>[^"\n]{0,200})"|(?<must>(?:\w{1,20}\.)?(?:Fatal|Panic|panic|Exit)\w{0,10}\s{0,4}\()))?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
    {
      pattern:
        /\bif\s{1,4}os\.Getenv\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\)\s{0,4}==\s{0,4}""\s{0,4}\{\s{0,20}(?<must>(?:\w{1,20}\.)?(?:Fatal|Panic|panic|Exit)\w{0,10}\s{0,4}\()?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
    {
      pattern:
        /\bok\s{0,4}:?=\s{0,4}os\.LookupEnv\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\)\s{0,4};?\s{0,8}(?:if\s{1,4})?!ok\s{0,4}\{\s{0,20}(?:\w{1,40}\s{0,4}=\s{0,4}"(?<fallback>[^"\n]{0,200})"|(?<must>(?:\w{1,20}\.)?(?:Fatal|Panic|panic|Exit)\w{0,10}\s{0,4}\())?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
    {
      // caarlos0/env, envconfig, go-envconfig and cleanenv: the tag says whether it must be there.
      pattern:
        /\b(?:env|envconfig):"(?<name>[A-Z_][A-Z0-9_]{0,63})(?<options>(?:,[a-zA-Z]{1,20}){0,4})(?:,default=(?<fallback>[^"\n]{0,200}))?"(?<rest>[^`\n]{0,200})/g,
      isRequired: (match) =>
        /\b(?:required|notEmpty)\b/.test(match.groups?.options ?? '') || /\b(?:env-)?required:"true"/.test(match.groups?.rest ?? ''),
    },
    {
      pattern:
        /\b(?:env|envconfig):"(?<name>[A-Z_][A-Z0-9_]{0,63})[^"\n]{0,60}"[^`\n]{0,120}?\b(?:envDefault|env-default|default):"(?<fallback>[^"\n]{0,200})"/g,
      isRequired: () => false,
    },
    {
      pattern: /\b[mM]ust\w{0,20}Env\w{0,10}\s{0,4}\(\s{0,4}&?[\w.]{1,60}\s{0,4},\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"/g,
      isRequired: () => true,
    },
    {
      pattern:
        /\b\w{0,30}(?:[Ee]nv|ENV)\w{0,30}\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"(?:\s{0,4}\))?(?:\s{0,4},\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => /^must/i.test(match[0]),
    },
  ],
  imports: /^[ \t]{0,40}(?:import[ \t]{1,4})?(?:[\w.]{1,60}[ \t]{1,4})?"([\w./@~+-]{1,200})"[ \t]{0,10}$/gm,
  routes: goRoutes,
  resolve: () => [],
}
