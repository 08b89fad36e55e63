// Single values that the policy grants or reserves. Like the policy they are data, for an operator to loosen.

/** Capabilities that a team's own branch may ask for: what official images need to give up root, and no more. */
export const grantableCapabilities: ReadonlySet<string> = new Set([
  'CHOWN', 'SETUID', 'SETGID', 'NET_BIND_SERVICE', 'DAC_OVERRIDE', 'FOWNER', 'KILL',
]) // biome-ignore format: a list

/** Kernel settings that count for the container's own network only. */
export const grantableSysctls: ReadonlySet<string> = new Set([
  'net.core.somaxconn', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_tw_reuse', 'net.ipv6.conf.all.disable_ipv6', 'net.ipv6.conf.default.disable_ipv6',
]) // biome-ignore format: a list

/** Labels that make other programs on the machine act: proxies, schedulers, updaters, engines, kyozo. */
export const reservedLabels = [
  'traefik', 'caddy', 'com.docker', 'io.docker', 'org.dockerproject', 'kyozo', 'com.centurylinklabs', 'io.kubernetes', 'ofelia', 'coolify',
  'dokploy', 'dokku', 'kamal', 'diun', 'wud', 'autoheal', 'swarm.cronjob', 'docker-volume-backup', 'com.github.nginx-proxy', 'com.github.jrcs',
] as const // biome-ignore format: a list

/** Registries that images come from unless the operator adds others. A registry's address is a request that the engine makes. */
export const defaultRegistries = [
  'docker.io', 'ghcr.io', 'quay.io', 'gcr.io', 'mcr.microsoft.com', 'public.ecr.aws', 'registry.gitlab.com', 'registry.k8s.io', 'docker.elastic.co',
  'lscr.io', 'cgr.dev', 'nvcr.io', 'codeberg.org', 'registry.access.redhat.com', 'container-registry.oracle.com', 'docker.n8n.io', 'dhi.io',
] as const // biome-ignore format: a list

/** Ports below 1024 that the edge stands in for. */
export const webPorts: ReadonlySet<number> = new Set([80, 443])

/** Host ports that belong to the machine: asking for one is a mistake or an attack. */
export const machinePorts: ReadonlySet<number> = new Set([2375, 2376, 2377, 4789, 7946])

/** Build arguments that change the builder itself. */
export const reservedBuildArgs = /^(?:buildkit_.*|(?:http|https|ftp|no|all)_proxy|source_date_epoch)$/i
