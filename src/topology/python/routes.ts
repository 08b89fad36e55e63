// How Python's frameworks put a path in front of others.
import type { RouteSyntax } from '../reading/routes/syntax.ts'

const expression = 'f?["\'][^"\'\\n]{0,120}["\']|[\\w.]{1,80}'

export const pythonRoutes: RouteSyntax = {
  scopes: [
    { opens: /\b(?<parent>\w{1,60})\.(?:include_router|register_blueprint|blueprint|add_router|register_routes)\s{0,4}\(/g, path: new RegExp(`\\b(?:url_)?prefix\\s{0,4}=\\s{0,4}(${expression})`), reaches: 'call' },
    { opens: /\b(?<parent>\w{1,60})\.(?:mount|add_namespace|add_subapp)\s{0,4}\(/g, path: new RegExp(`^\\s{0,20}(${expression}(?=\\s{0,4},))|\\bpath\\s{0,4}=\\s{0,4}(${expression})`), reaches: 'call' },
    { opens: /\bMount\s{0,4}\(/g, reaches: 'call' },
    // Django's urls.py names the module whose routes follow.
    { opens: /\b(?:re_)?path\s{0,4}\((?=\s{0,4}r?["'][^"'\n]{0,120}["']\s{0,4},\s{0,20}include\b)/g, reaches: 'call' },
  ],
  routers: [/^[ \t]{0,20}(?<name>\w{1,60})(?:\s{0,4}:[^=\n]{1,60})?\s{0,4}=\s{0,4}(?:\w{1,30}\.)?(?:APIRouter|Blueprint|Router|NinjaAPI)\s{0,4}\((?:[^()]{0,300}?\b(?:url_)?prefix\s{0,4}=\s{0,4}(?<prefix>f?["'][^"'\n]{0,120}["']|[\w.]{1,80}))?/gm],
  applications: [/^[ \t]{0,20}(?<name>\w{1,60})(?:\s{0,4}:[^=\n]{1,60})?\s{0,4}=\s{0,4}(?:\w{1,30}\.)?(?:FastAPI|Flask|APIFlask|Starlette|Quart|Sanic|Litestar|Bottle|Robyn|Application|App|FastMCP|BlackSheep|\w{1,30}\.Application)\s{0,4}\(/gm, /^(?<name>urlpatterns)\s{0,4}\+?=/gm],
  routes: [
    /@\w{1,60}\.(?:get|route|api_route)\s{0,4}\(\s{0,4}["'](?<path>\/?)["']/g,
  ],
  bindings: [/^[ \t]{0,20}from[ \t]{1,4}(?<module>[.\w]{1,200})[ \t]{1,4}import[ \t]{1,4}(?<names>\([^()]{0,2000}\)|[^\n(]{1,400})/gm, /^[ \t]{0,20}import[ \t]{1,4}(?=(?<module>[.\w]{1,200}))(?<names>\w{1,60})[ \t]{0,4}$/gm, /^[ \t]{0,20}import[ \t]{1,4}(?<module>[.\w]{1,200})[ \t]{1,4}as[ \t]{1,4}(?<names>\w{1,60})/gm],
  imported: (module, name) => `${module} import ${name}`,
} // biome-ignore format: a table
