import { parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { phpRoutes } from './php-routes.ts'

export const phpSource: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|#(?!\[)|\/?\*).*$/gm,
  listens: [
    /\bnew\s{1,4}\\?(?:[A-Z]\w{0,30}\\){0,4}(?:HttpServer|SocketServer|Server|WebSocketServer)\s{0,4}\(/g,
    /\b(?:stream_socket_server|socket_listen|socket_create_listen)\s{0,4}\(/g,
    /->(?:listen|expose)\s{0,4}\(/g,
  ],
  ports: [
    /\b(?:getenv\s{0,4}\(\s{0,4}["']|env\s{0,4}\(\s{0,4}["']|\$_(?:ENV|SERVER)\[\s{0,4}["'])(?:(?:APP|HTTP|SERVER|WEB|LISTEN|API|SERVICE|BIND)_)?PORT["']\s{0,4}[\])]?\s{0,4}(?:\?:|\?\?|,|\|\|)\s{0,4}["']?(\d{2,5})\b/g,
    /\bnew\s{1,4}\\?(?:[A-Z]\w{0,30}\\){0,4}\w{0,20}Server\s{0,4}\(\s{0,4}["'](?:tcp:\/\/)?[\w.:[\]]{0,40}?["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /["'](?:(?:tcp|http|websocket):\/\/)?(?:0\.0\.0\.0|\[::\]|127\.0\.0\.1):(\d{2,5})["']/g,
    /["']port["']\s{0,4}=>\s{0,4}(?:\(int\)\s{0,4})?["']?(9[05]\d{2}|8\d{3}|3\d{3})\b/g,
    /^\s{0,8}address:\s{0,4}["']?[\w.]{0,40}:(\d{2,5})/gm,
  ],
  loops: [
    /\bwhile\s{0,4}\(\s{0,4}(?:true|1)\s{0,4}\)/gi,
    /\bLoop::(?:run|addPeriodicTimer)\s{0,4}\(|->basic_consume\s{0,4}\(|->(?:blPop|brPop)\s{0,4}\(/g,
  ],
  environment: [
    {
      pattern:
        /\b(?:getenv|env)\s{0,4}\(\s{0,8}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["']\s{0,4}(?:(?:\)\s{0,4}(?:\?:|\?\?|\|\|)|,)\s{0,8}["']?(?<fallback>(?<=["'])[^"'\n]{0,200}|\d{1,9}\b))?/g,
      isRequired: () => false,
    },
    {
      pattern:
        /\$_(?:ENV|SERVER)\[\s{0,4}["'](?<name>(?!HTTP_|REQUEST_|REMOTE_|SERVER_|SCRIPT_|QUERY_|DOCUMENT_|PHP_|PATH_)[A-Z_][A-Z0-9_]{0,63})["']\s{0,4}\](?<maybe>\s{0,4}\?\?(?:\s{0,8}["'](?<fallback>[^"'\n]{0,200})["'])?)?/g,
      isRequired: (match) => match.groups?.maybe === undefined,
    },
  ],
  // What is imported, required, or connected with: PHP's extensions are used without an import.
  imports:
    /(?:^[ \t]{0,20}(?:use\s{1,4}\\?|(?:require|include)(?:_once)?\b[^'"\n]{0,60}["']\/?)|(?<![\w$>:])(?=(?:mysqli|pg|sqlsrv|oci|mysql)_p?connect\b)|\bnew\s{1,4}\\?(?=(?:mysqli|Redis|RedisCluster|Memcached|AMQPConnection)\b|MongoDB\\|RdKafka\\)|["'](?=(?:mysql|pgsql|sqlsrv|oci):(?:host|server|dbname|unix_socket|Server|\/\/)))([\w\\./-]{1,150})/gm,
  routes: phpRoutes,
  resolve: (module, fromFile) => {
    const path = module.endsWith('.php') && !module.includes('vendor/') ? resolvePath(parentOf(fromFile), module) : undefined
    return path === undefined ? [] : [path]
  },
}

const extensions: Readonly<Record<string, string>> = {
  mysqli: 'ext-mysqli', mysqli_connect: 'ext-mysqli', mysql_connect: 'ext-mysqli', mysql: 'ext-pdo_mysql', pg_connect: 'ext-pgsql', pg_pconnect: 'ext-pgsql', pgsql: 'ext-pdo_pgsql', sqlsrv_connect: 'ext-sqlsrv',
  sqlsrv: 'ext-pdo_sqlsrv', oci_connect: 'ext-oci8', oci: 'ext-oci8', redis: 'ext-redis', rediscluster: 'ext-redis', memcached: 'ext-memcached', amqpconnection: 'ext-amqp', mongodb: 'ext-mongodb', rdkafka: 'ext-rdkafka', predis: 'predis/predis',
  phpamqplib: 'php-amqplib/php-amqplib',
} // biome-ignore format: a table

/** The Composer package, or the extension, that a class or a function comes from. */
export function phpPackageOf(module: string): string {
  const vendor = (module.split('\\', 1)[0] ?? module).toLowerCase()
  return (Object.hasOwn(extensions, vendor) ? extensions[vendor] : undefined) ?? module
}
