// How Rust's frameworks put a path in front of others.
import type { RouteSyntax } from '../reading/routes/syntax.ts'

export const rustRoutes: RouteSyntax = {
  scopes: [
    { opens: /\.(?:mount|nest(?:_service)?)\s{0,4}\(/g, reaches: 'call' },
    { opens: /\.(?:service|configure|merge|push|data)\s{0,4}\(/g, path: /^(?!)()/, reaches: 'call' },
    { opens: /\b(?:web::)?scope\s{0,4}\(\s{0,20}(?<prefix>"[^"\n]{0,120}"|[\w.:]{1,80})\s{0,4}\)/g, reaches: 'rest' },
  ],
  applications: [
    /\blet\s{1,4}(?:mut\s{1,4})?(?<name>\w{1,60})[^=\n]{0,60}=\s{0,4}(?:axum::)?(?:Router|Route|App|Server|OpenApiRouter|ApiRouter)(?:::<[^<>]{0,60}>)?::(?:new|default|with_state)\b/g,
    /\bfn\s{1,4}(?<name>main|rocket)\b/g,
  ],
  handler: /^[^\n]{0,300}\][\s\S]{0,300}?\bfn\s{1,4}(?<name>\w{1,60})/,
} // biome-ignore format: a table
