// The hosts that a value names: a URL's, a connection string's, those of a list of `host:port`, or a bare name where one belongs.

export interface NamedHost {
  readonly host: string
  readonly scheme?: string
  readonly hasPort: boolean
  /** What follows host and port in a URL. */
  readonly path: string
}

/** Characters of a value and hosts in it that are looked at. */
const valueLimit = 1_000
const hostsLimit = 12

/** Variables that hold a bare host name. */
const hostVariables =
  /(?:HOST(?:NAME)?S?|ADDR(?:ESS)?(?:ES)?|SERVERS?|ENDPOINTS?|BROKERS?|NODES?|URLS?|URI|CONNECTION|CONNECTIONSTRING|CONTACT_?POINTS)$/i

export function hostsIn(value: string, variable = ''): NamedHost[] {
  const text = value.slice(0, valueLimit).trim()
  const parts = text.split(/[,\s|]{1,4}/).slice(0, hostsLimit)
  const plain = parts.flatMap((part) => urlHost(part) ?? pairHost(part) ?? [])
  if (plain.length > 0) return plain
  const keyed = keyedHosts(text)
  if (keyed.length > 0) return keyed
  const isBare = hostVariables.test(variable) && parts.every((part) => /^[A-Za-z][A-Za-z0-9_.-]{0,100}$/.test(part))
  return isBare ? parts.map((host) => ({ host, hasPort: false, path: '' })) : []
}

function urlHost(text: string): NamedHost | undefined {
  const match =
    /^(?:jdbc:|r2dbc:(?:pool:)?|configserver:|optional:configserver:)?([A-Za-z][A-Za-z0-9+.-]{0,20}):(?:\/\/|thin:@(?:\/\/)?)(?:[^@/\s]{0,200}@)?([A-Za-z0-9][A-Za-z0-9_.-]{0,252})(:\d{1,5})?(\/[^\s?]{0,200})?(?:[?;][^\s]{0,500})?$/.exec(
      text,
    )
  if (match === null) return undefined
  const [, scheme = '', host = '', port, path = ''] = match
  return { host, scheme, hasPort: port !== undefined, path: path === '/' ? '' : path }
}

function pairHost(text: string): NamedHost | undefined {
  const match = /^(?:[A-Z_]{1,20}:\/\/)?([A-Za-z][A-Za-z0-9_.-]{0,100}):(\d{1,5})(?:\/[\w.-]{0,100})?$/.exec(text)
  return match === null ? undefined : { host: match[1] ?? '', hasPort: true, path: '' }
}

/** `Server=db,1433;Database=shop;…`, `host=db port=5432`, `user:secret@tcp(db:3306)/shop`. */
function keyedHosts(text: string): NamedHost[] {
  const keyed =
    /(?:^|[;\s])(?:server|host|hostname|data source|address|addr|network address|endpoint|accountendpoint)\s{0,3}=\s{0,3}(?:tcp:|https?:\/\/|sb:\/\/)?([A-Za-z][A-Za-z0-9_.-]{0,100})/i.exec(
      text,
    )
  const inTcp = /@(?:tcp)?\(([A-Za-z][A-Za-z0-9_.-]{0,100})(?::\d{1,5})?\)/.exec(text)
  // StackExchange.Redis: the host, then options.
  const first = /^([A-Za-z][A-Za-z0-9_-]{0,100})(?::\d{1,5})?,(?:password|ssl|abortConnect|name|user)=/i.exec(text)
  return [keyed, inTcp, first].flatMap((match) => (match === null ? [] : [{ host: match[1] ?? '', hasPort: false, path: '' }])).slice(0, 1)
}

/** In a container that is the container: nobody else can be meant. */
export function isOwnMachine(host: string): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|0\.0\.0\.0|\[?::1?\]?)$/i.test(host)
}
