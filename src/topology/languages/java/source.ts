// How sources of Java, Kotlin, Scala, Groovy and Clojure listen, name ports and read variables.
import type { SourceLanguage } from '../../reading/source.ts'
import { javaRoutes } from './routes.ts'

export const javaSource: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|\*|;).*$/gm,
  listens: [
    /\bSpringApplication(?:\.|\s{0,4}\()|\brunApplication</g,
    /\bHttpServer\.create\s{0,4}\(/g,
    /\bnew\s{1,4}(?:[\w.]{1,60}\.)?(?:ServerSocket|Server|JettyServer|Undertow)\s{0,4}\(\s{0,4}(?:\w{1,40}|\d{2,5}|new InetSocketAddress[^)]{0,40})\s{0,4}\)/g,
    /\bServerBuilder\b[\s\S]{0,20}?\.forPort\s{0,4}\(|\bNettyServerBuilder\b/g,
    /\.(?:listen|rxListen|bindAndHandle|newServerAt|requestHandler|serveHttp)\s{0,4}\(/g,
    /\b(?:embeddedServer|EngineMain|Javalin\.create|Undertow\.builder|Micronaut\.run|WebServer\.(?:builder|create)|Quarkus\.run|Spark\.(?:get|port)|EmberServerBuilder|BlazeServerBuilder|Http\.serve(?:r\b|\s{0,2}\()|Server\.(?:serve|install|start)|RatpackServer\.start|Jooby|Armeria|HttpServer\.(?:listen|create))/g,
    /\(\s{0,4}(?:(?:jetty|http|server|httpkit|adapter|immutant|aleph|ig|kit|hk|web|ring)[\w.-]{0,20}\/)?(?:run-jetty|run-server|start-server|serve|run)\s{1,4}/g,
    /^\s{0,8}(?:get|post)\s{0,4}\(\s{0,4}"\//gm,
  ],
  ports: [
    /\bgetOrDefault\s{0,4}\(\s{0,4}"[A-Z_]{0,30}PORT"\s{0,4},\s{0,4}"(\d{2,5})"/g,
    /"[A-Za-z_.]{0,40}(?:PORT|port)"[^\n]{0,60}?(?:,|\?:|getOrElse\s{0,4}\(|orElse\s{0,4}\(|\|\|)\s{0,4}"?(\d{2,5})\b/g,
    /\b(?:setPort|port|forPort|withPort|listen|addHttpListener|InetSocketAddress|HttpConnectorFactory|start)\s{0,4}\(\s{0,4}(\d{2,5})\b/g,
    /\b(?:forPort|port)\s{0,4}=\s{0,4}(?:port)?"?(\d{2,5})\b/gi,
    /\bport"(\d{2,5})"/g,
    /:port\s{1,4}(\d{2,5})\b/g,
    /\(or\s[^\n]{0,80}?"?PORT[^\n]{0,40}?\s"?(\d{2,5})\b/g,
    /\b(?:int|val|var|Integer|final int)\s{1,4}\w{0,20}(?:port|PORT)\w{0,20}\s{0,4}(?::\s{0,4}Int\s{0,4})?=\s{0,4}(\d{2,5})\b/gi,
    /\bnew\s{1,4}(?:Server|ServerSocket)\s{0,4}\(\s{0,4}(\d{2,5})\s{0,4}\)/g,
    /"(?:0\.0\.0\.0|localhost|127\.0\.0\.1)"\s{0,4},\s{0,4}(?:port\s{0,4}=\s{0,4})?(\d{2,5})\b/g,
    /":(\d{2,5})"/g,
  ],
  loops: [/@(?:Scheduled|KafkaListener|RabbitListener|JmsListener|SqsListener|Incoming)\b/g, /\bwhile\s{0,4}\(\s{0,4}true\s{0,4}\)/g, /\bKafkaConsumer\b/g, /\bstreamingPull|awaitTermination\s{0,4}\(/g],
  environment: [
    {
      pattern: /\b(?:System\.)?getenv\s{0,4}\(\s{0,4}\)?\s{0,4}(?:\.\s{0,4}(?:get|getOrDefault)\s{0,4}\(\s{0,4})?"(?<name>[A-Z_][A-Z0-9_]{0,63})"(?:\s{0,4},\s{0,4}"(?<fallback>[^"\n]{0,200})")?(?<soft>\s{0,4}\)\s{0,4}\?:)?/g,
      isRequired: (match) => match.groups?.soft === undefined,
    },
    {
      pattern: /\bsys\.env(?:\.get(?<soft>OrElse)?)?\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"(?:\s{0,4},\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => match[0].startsWith('sys.env('),
    },
    {
      pattern: /@(?:Value|Property|ConfigProperty)\s{0,4}\([^"\n]{0,40}"[^"$\n]{0,60}\$\{(?<name>[A-Z_][A-Z0-9_]{0,63})(?::(?<fallback>[^}"\n]{0,200}))?\}/g,
      isRequired: () => true,
    },
  ],
  imports: /^[ \t]{0,4}import\s{1,4}(?:static\s{1,4})?([a-z][\w.]{1,100})/gm,
  routes: javaRoutes,
  resolve: (module, fromFile) => filesOfImport(module, fromFile),
} // biome-ignore format: a table

/** A class of the same program: below the folder that its first package lies in. */
function filesOfImport(module: string, fromFile: string): string[] {
  const [first] = module.split('.')
  const root = /^(.{0,400}?\/(?:java|kotlin|scala|groovy|src|app)\/)/.exec(`${fromFile}`)?.[1]
  if (root === undefined || first === undefined) return []
  const ending = fromFile.slice(fromFile.lastIndexOf('.'))
  return [`${root}${module.replaceAll('.', '/')}${ending}`]
}
