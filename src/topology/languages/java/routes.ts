// How the frameworks of the JVM put a path in front of others.
import type { RouteSyntax } from '../../reading/routes/syntax.ts'

export const javaRoutes: RouteSyntax = {
  isRooted: true,
  scopes: [
    { opens: /@(?:RequestMapping|Path|Controller|RestController|HttpExchange)\s{0,4}\(\s{0,20}(?:(?:value|path)\s{0,4}=\s{0,4})?[{[]?\s{0,4}(?<prefix>"[^"\n]{0,120}")[^;{}]{0,600}?\b(?:class|interface|object)\s{1,4}\w/g, reaches: 'file' },
    // Ktor's route, and the path of Javalin and Spark.
    { opens: /\b(?:route|path)\s{0,4}\((?=\s{0,20}"[^"\n]{0,120}"\s{0,4}(?:\)\s{0,4}\{|,\s{0,20}(?:\(\s{0,4}\)\s{0,4}->|\{)))/g, reaches: 'call' },
  ],
  global: /@ApplicationPath\s{0,4}\(\s{0,4}(?<prefix>"[^"\n]{0,120}")/,
  unsure: /\bmountSubRouter\s{0,4}\(|\.subRouter\s{0,4}\(|\bnest\s{0,4}\(|"\/[\w/-]{1,60}"\s{1,4}bind\s{1,4}routes\b|\bRouter\s{0,4}\(\s{0,20}"\/[\w/-]{1,60}"\s{0,4}->/,
  routes: [
    /@(?:GetMapping|Get)\b(?:\s{0,4}\(\s{0,4}(?:(?:value|path|uri)\s{0,4}=\s{0,4})?[{[]?\s{0,4}"(?<path>[\w/-]{0,80})"|\s{0,4}\(\s{0,4}\)|(?!\s{0,4}\())/g,
    /@(?:RequestMapping|Path)\s{0,4}\(\s{0,4}(?:(?:value|path)\s{0,4}=\s{0,4})?[{[]?\s{0,4}"(?<path>[\w-]{1,80})"/g,
    // A resource whose class alone has a path.
    /^(?![\s\S]{0,65536}@Path\b[\s\S]{0,65536}@Path\b)[\s\S]{0,65536}?@GET\b/g,
  ],
} // biome-ignore format: a table
