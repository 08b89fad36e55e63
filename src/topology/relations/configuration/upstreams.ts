// Whom a server in front of the program passes requests to: an nginx.conf or a Caddyfile beside it, the development proxy of a web page.
import { readPackageJson } from '../../nodejs/package-json.ts'
import { readProxyConfig } from '../../proxy/config.ts'
import type { ConfigurationReader } from './configuration.ts'

export const readUpstreams: ConfigurationReader = (folder, repository) => {
  const upstreams = readProxyConfig(folder, repository, undefined)?.upstreams ?? []
  const manifest = readPackageJson(folder.path, repository)
  const proxy = manifest?.file.data.proxy
  return {
    addresses: [
      ...upstreams.map(({ value, evidence }) => ({ value, evidence, from: 'example' as const })),
      ...(typeof proxy === 'string' && manifest !== undefined
        ? [{ value: proxy, evidence: manifest.at('proxy', 'proxy of the development server'), from: 'source' as const }]
        : []),
    ],
  }
}
