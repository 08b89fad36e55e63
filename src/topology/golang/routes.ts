// How Go's routers put a path in front of others.
import type { RouteSyntax } from '../reading/routes/syntax.ts'

export const goRoutes: RouteSyntax = {
  scopes: [
    { opens: /\b(?<parent>\w{1,60})\.(?:Route|Mount|Namespace|Party|PartyFunc|RouterGroup)\s{0,4}\(/g, reaches: 'call' },
    { opens: /\b(?<parent>\w{1,60})\.Group\s{0,4}\((?=[^()\n]{0,120},\s{0,4}func\b)/g, reaches: 'call' },
    { opens: /\b(?<parent>\w{1,60})\.Handle\s{0,4}\((?=[^\n]{0,160}\bStripPrefix\s{0,4}\()/g, reaches: 'call' },
    { opens: /\b(?<parent>\w{1,60})\.PathPrefix\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}")\s{0,4}\)\.Handler\s{0,4}\(/g, reaches: 'call' },
  ],
  routers: [
    /\b(?<name>\w{1,60})\s{0,4}:?=\s{0,4}(?:\w{1,40}\.){0,3}?(?<parent>\w{1,60})\.(?:Group|Party)\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}"|[\w.]{1,80})/g,
    /\b(?<name>\w{1,60})\s{0,4}:?=\s{0,4}(?:\w{1,40}\.){0,3}?(?<parent>\w{1,60})\.PathPrefix\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}"|[\w.]{1,80})\s{0,4}\)/g,
  ],
  applications: [
    /\b(?<name>\w{1,60})\s{0,4}(?::?=|:)\s{0,4}(?:gin\.(?:Default|New)|echo\.New|fiber\.New|chi\.New(?:Router|Mux)|mux\.NewRouter|http\.NewServeMux|httprouter\.New|iris\.(?:New|Default)|martini\.Classic|server\.(?:Default|New)|gofr\.New|fuego\.NewServer)\b/g,
    /\b(?<name>http)\.Handle/g,
  ],
} // biome-ignore format: a table
