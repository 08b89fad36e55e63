// How each proxy writes down whom it passes requests to and where it listens, as data.

export interface ConfigFormat {
  readonly kind: string
  /** Names that say by themselves whose configuration it is. */
  readonly names: RegExp
  /** Names that count beside the proxy's own image. */
  readonly otherNames: RegExp
  /** The first group, or the groups `host` and `port`, is an address. */
  readonly upstreams: readonly RegExp[]
  /** Addresses that are never the name of a group: the servers that one consists of. Default is none. */
  readonly members?: readonly RegExp[]
  /** The first group is a port. */
  readonly listens: readonly RegExp[]
  /** The first group is a name that addresses may use for a group of servers. */
  readonly groups?: RegExp
  /** What a file says that the proxy can start from; absent where every file is whole. */
  readonly whole?: RegExp
}

export const configFormats: readonly ConfigFormat[] = [
  {
    kind: 'nginx',
    names: /^(?:nginx[\w.-]{0,40}\.conf|default\.conf|(?:nginx|default)\.conf\.(?:template|tmpl|tpl|j2|in|esh)|nginx\.(?:template|tmpl))$/,
    otherNames: /^[\w.-]{1,60}(?:\.conf(?:\.[a-z0-9]{1,10})?|\.(?:template|tmpl|nginx|vhost))$|^(?:default|conf|config|vhost|site|nginx|proxy)$/,
    whole: /^[ \t]{0,40}(?:http|stream|events)\s{0,10}\{/m,
    groups: /(?:^|[;{}])[ \t]{0,40}upstream\s{1,4}([\w.-]{1,64})\s{0,4}\{/gm,
    upstreams: [
      /(?:^|[;{}])[ \t]{0,40}(?:proxy_pass|grpc_pass)\s{1,8}((?:https?|grpcs?):\/\/[^\s;$]{1,200})/gm,
      /(?:^|[;{}])[ \t]{0,40}(?:fastcgi_pass|uwsgi_pass|scgi_pass)\s{1,8}([\w.-]{1,100}:\d{1,5})/gm,
      /(?:^|[;{}])[ \t]{0,40}set\s{1,4}\$\w{1,40}\s{1,4}["']?(https?:\/\/[\w.:/-]{1,200})/gm,
    ],
    members: [
      /(?:^|[;{}])[ \t]{0,40}server\s{1,8}([a-zA-Z][\w.-]{0,100}(?::\d{1,5})?)(?=[\s;])/gm,
    ],
    listens: [/(?:^|[;{}])[ \t]{0,40}listen\s{1,8}(?:[\d.]{7,15}:|\*:|\[::\]:)?(\d{1,5})(?![\d.:]|[^;\n]{0,60}\bssl\b)/gm],
  },
  {
    kind: 'traefik',
    names: /^traefik[\w.-]{0,40}\.(?:ya?ml|toml)$|^dynamic[\w.-]{0,20}\.(?:ya?ml|toml)$/,
    otherNames: /\.(?:ya?ml|toml)$/,
    whole: /^[ \t]{0,4}\[?(?:entryPoints|providers)\b/m,
    upstreams: [/\b(?:url|address)["']?\s{0,4}[:=]\s{0,4}["']?((?:https?|h2c):\/\/[^\s"']{1,200})/g],
    listens: [/\baddress["']?\s{0,4}[:=]\s{0,4}["']?:(\d{1,5})/g],
  },
  {
    kind: 'caddy',
    names: /^Caddyfile(?:\.[\w-]{1,20})?$|^caddy\.json$/,
    otherNames: /^[\w.-]{1,40}\.caddyfile$/,
    upstreams: [
      /^[ \t]{0,40}reverse_proxy\s{1,8}(?:(?:[/@*][^\s]{0,100})\s{1,8})?((?:(?:https?|h2c):\/\/)?[a-zA-Z][\w.-]{0,100}(?::\d{1,5})?)(?=[\s{]|$)/gm,
      /^[ \t]{0,40}to\s{1,8}((?:(?:https?|h2c):\/\/)?[a-zA-Z][\w.-]{0,100}:\d{1,5})/gm,
      /^[ \t]{0,40}php_fastcgi\s{1,8}([a-zA-Z][\w.-]{0,100}:\d{1,5})/gm,
      /"dial"\s{0,4}:\s{0,4}"([a-zA-Z][\w.-]{0,100}:\d{1,5})"/g,
    ],
    listens: [/^(?:https?:\/\/[\w.*-]{0,100})?:(\d{1,5})(?=[\s,{]|$)/gm, /"listen"\s{0,4}:\s{0,4}\[\s{0,10}":(\d{1,5})"/g],
  },
  {
    kind: 'haproxy',
    names: /^haproxy[\w.-]{0,30}\.cfg(?:\.[\w-]{1,20})?$/,
    otherNames: /\.cfg$/,
    upstreams: [/^[ \t]{0,40}server\s{1,8}[\w.-]{1,64}\s{1,8}([a-zA-Z][\w.-]{0,100}:\d{1,5})/gm],
    listens: [/^[ \t]{0,40}bind\s{1,8}(?:\*|[\d.]{7,15}|\[?::\]?)?:(\d{1,5})\b(?![^\n]{0,100}\bssl\b)/gm],
  },
  {
    kind: 'envoy',
    names: /^(?:envoy|front-envoy)[\w.-]{0,30}\.(?:ya?ml|json)(?:\.[\w-]{1,20})?$/,
    otherNames: /\.(?:ya?ml|json)(?:\.[\w-]{1,20})?$/,
    upstreams: [/\baddress["']?\s{0,4}:\s{0,4}["']?(?<host>[a-zA-Z][\w.-]{0,100})["']?\s{0,40},?\s{0,40}["']?port_value["']?\s{0,4}:\s{0,4}(?<port>\d{1,5})/g],
    listens: [/\baddress["']?\s{0,4}:\s{0,4}["']?0\.0\.0\.0["']?\s{0,40},?\s{0,40}["']?port_value["']?\s{0,4}:\s{0,4}(\d{1,5})/g],
  },
  {
    kind: 'apache',
    names: /^(?:httpd|apache2?)[\w.-]{0,30}\.conf(?:\.[\w-]{1,20})?$|^000-default\.conf$/,
    otherNames: /\.conf(?:\.[\w-]{1,20})?$/,
    upstreams: [
      /^[ \t]{0,40}ProxyPass(?:Match)?\s{1,8}["']?[^\s"']{1,100}["']?\s{1,8}["']?((?:https?|ajp|fcgi|ws):\/\/[^\s"'$]{1,200})/gim,
      /^[ \t]{0,40}BalancerMember\s{1,8}["']?((?:https?|ajp|fcgi):\/\/[^\s"'$]{1,200})/gim,
    ],
    listens: [/^[ \t]{0,40}Listen\s{1,8}(?:[\d.]{7,15}:)?(\d{1,5})/gim],
  },
] // biome-ignore format: a table
