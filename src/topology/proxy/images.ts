// Images whose work is to pass requests on, and where they listen; and web servers, which do that or serve files.

const proxyImages: Readonly<Record<string, { readonly kind: string; readonly port?: number }>> = {
  traefik: { kind: 'traefik', port: 80 }, haproxy: { kind: 'haproxy' }, 'haproxy-alpine': { kind: 'haproxy' }, envoy: { kind: 'envoy' }, 'envoy-alpine': { kind: 'envoy' }, 'envoy-distroless': { kind: 'envoy' },
  kong: { kind: 'kong', port: 8000 }, 'kong-gateway': { kind: 'kong', port: 8000 }, krakend: { kind: 'krakend', port: 8080 }, apisix: { kind: 'apisix', port: 9080 }, 'tyk-gateway': { kind: 'tyk', port: 8080 },
  varnish: { kind: 'varnish', port: 80 }, squid: { kind: 'squid', port: 3128 }, 'nginx-proxy': { kind: 'nginx', port: 80 }, 'caddy-docker-proxy': { kind: 'caddy', port: 80 }, 'oauth2-proxy': { kind: 'oauth2-proxy', port: 4180 }, pomerium: { kind: 'pomerium', port: 443 },
} // biome-ignore format: a table

const webServerImages: Readonly<Record<string, { readonly kind: string; readonly port: number }>> = {
  nginx: { kind: 'nginx', port: 80 }, 'nginx-unprivileged': { kind: 'nginx', port: 8080 }, 'docker-nginx': { kind: 'nginx', port: 80 }, openresty: { kind: 'nginx', port: 80 }, tengine: { kind: 'nginx', port: 80 }, angie: { kind: 'nginx', port: 80 },
  'nginx-122': { kind: 'nginx', port: 8080 }, 'nginx-124': { kind: 'nginx', port: 8080 }, caddy: { kind: 'caddy', port: 80 }, httpd: { kind: 'apache', port: 80 }, 'httpd-24': { kind: 'apache', port: 8080 },
  'static-web-server': { kind: 'static-web-server', port: 80 }, 'lighttpd': { kind: 'lighttpd', port: 80 }, 'http-server': { kind: 'http-server', port: 8080 }, thttpd: { kind: 'thttpd', port: 80 },
} // biome-ignore format: a table

/** By the last part of an image's name. */
export function proxyOfImage(name: string): { readonly kind: string; readonly port?: number } | undefined {
  return Object.hasOwn(proxyImages, name) ? proxyImages[name] : undefined
}

export function webServerOfImage(name: string): { readonly kind: string; readonly port: number } | undefined {
  return Object.hasOwn(webServerImages, name) ? webServerImages[name] : undefined
}
