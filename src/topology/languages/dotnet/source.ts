// How C#, F# and Visual Basic listen, name ports and read variables.
import type { SourceLanguage } from '../../reading/source.ts'
import { dotnetRoutes } from './routes.ts'

export const dotnetSource: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|').*$/gm,
  listens: [
    /\bWebApplication\.Create(?:Slim|Empty)?(?:Builder)?\s{0,4}\(/g,
    /\bConfigureWebHost(?:Defaults)?\b|\bWebHost\.(?:CreateDefaultBuilder|Start)\b|\bnew\s{1,4}WebHostBuilder\b|\bUseKestrel\b/g,
    /\bTcpListener\s{0,4}\(|\bnew\s{1,4}HttpListener\b/g,
    /\bstartWebServer\b|\bwebHost\s{0,4}\{|\bapplication\s{0,4}\{|\bUseGiraffe\b|\bwebApp\b/g,
    /\bConfigureFunctions(?:WorkerDefaults|WebApplication)\b/g,
    /\bnew\s{1,4}Server\s{0,4}\{?[\s\S]{0,40}?Ports\b/g,
  ],
  ports: [
    /"(?:https?):\/\/(?:\*|\+|0\.0\.0\.0|\[::\]|localhost|127\.0\.0\.1):(\d{2,5})\/?(?:;[^"]{0,200})?"/g,
    /\b(?:ListenAnyIP|ListenLocalhost)\s{0,4}\(\s{0,4}(\d{2,5})\b/g,
    /\bListen\s{0,4}\(\s{0,4}IPAddress\.\w{1,20}\s{0,4},\s{0,4}(\d{2,5})\b/g,
    /"PORT"[^\n]{0,20}\)\s{0,4}\?\?\s{0,4}"?(\d{2,5})\b/g,
    /\b(?:const\s{1,4})?int\s{1,4}port\s{0,4}=\s{0,4}(\d{2,5})\b/gi,
    /\bconst\s{1,4}(?:int|ushort)\s{1,4}(?:Default|Internal|Public|Server|Api|Web|Listen(?:ing)?){0,2}(?:Http)?Port(?:Number)?\s{0,4}=\s{0,4}(\d{2,5})\b/g,
    /\bTcpListener\s{0,4}\([^\n)]{0,60}?,\s{0,4}(\d{2,5})\b/g,
    /\bport\s{1,4}(\d{2,5})\b/g,
  ],
  loops: [
    /\bAddHostedService\s{0,4}</g,
    /\bwhile\s{0,4}\(\s{0,4}true\s{0,4}\)/g,
    /\b(?:Task\.Delay|Thread\.Sleep)\s{0,4}\(/g,
    /\bHost\.Create(?:Application|Default)Builder\b|\bnew\s{1,4}HostBuilder\b/g,
    /\b(?:Consume|BasicConsume(?:Async)?)\s{0,4}\(/g,
  ],
  environment: [
    {
      pattern: /\bGetEnvironmentVariable\s{0,4}\(\s{0,4}"(?<name>[A-Za-z_][A-Za-z0-9_]{0,63})"\s{0,4}\)(?<soft>\s{0,20}\?\?(?:\s{0,20}"(?<fallback>[^"\n]{0,200})")?)?/g,
      isRequired: (match) => match.groups?.soft === undefined,
    },
  ],
  imports: /^[ \t]{0,8}(?:global\s{1,4})?(?:using|open|Imports)\s{1,4}(?:static\s{1,4})?([A-Z][\w.]{1,100})\b/gm,
  routes: dotnetRoutes,
  resolve: () => [],
} // biome-ignore format: a table
