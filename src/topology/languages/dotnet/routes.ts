// How ASP.NET puts a path in front of others.
import type { RouteSyntax } from '../../reading/routes/syntax.ts'

export const dotnetRoutes: RouteSyntax = {
  scopes: [
    { opens: /\[Route\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}")[^;{}]{0,600}?\bclass\s{1,4}(?<controller>\w{1,60})/g, reaches: 'file', isRooted: true },
    { opens: /\b(?<parent>\w{1,60})\.MapGroup\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}"|[\w.]{1,80})\s{0,4}\)(?=\s{0,40}\.)/g, reaches: 'rest' },
  ],
  routers: [/\b(?<name>\w{1,60})\s{0,4}=\s{0,4}(?<parent>\w{1,60})\s{0,20}\.MapGroup\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}"|[\w.]{1,80})/g],
  applications: [/\b(?<name>\w{1,60})\s{0,4}=\s{0,4}\w{1,40}[^;=\n]{0,200}?\.(?:Build|Create)\s{0,4}\(/g, /\bUseEndpoints\s{0,4}\(\s{0,4}\(?(?<name>\w{1,60})/g, /\bthis\s{1,4}(?:WebApplication|IEndpointRouteBuilder)\s{1,4}(?<name>\w{1,60})/g],
  routes: [
    /\[HttpGet(?:\s{0,4}\(\s{0,4}"(?<path>[\w-][\w/-]{0,80})"[^\]\n]{0,80})?\s{0,4}\)?\]/g,
    /\.Map(?:Get|HealthChecks)\s{0,4}\(\s{0,4}"(?<path>[\w-][\w/-]{0,80})"/g,
  ],
} // biome-ignore format: a table

/** Files that go by the name of what answers whether it is well; nothing imports them. */
export const healthControllers = ['Health', 'HealthCheck', 'HealthChecks', 'Ping', 'Status', 'Home'].flatMap((name) => [`Controllers/${name}Controller.cs`, `Controllers/V1/${name}Controller.cs`, `Endpoints/${name}Endpoints.cs`, `Endpoints/${name}Endpoint.cs`]) // biome-ignore format: a list
