// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import { describe, expect, it } from 'vitest'
import { type Reading, readText, rulesOf, serviceText, told } from './reading.ts'

interface Row {
  /** The row of the list of bad inputs, and what it tries. */
  readonly title: string
  readonly text: string
  readonly rules: readonly string[]
  readonly reading?: Reading
}

/** Rows that break one rule by what stands under the service. */
function service(title: string, rule: string, ...texts: string[]): Row[] {
  return texts.map((text) => ({ title: `${title}: ${text.replaceAll('\n', ' ')}`, text: serviceText(text), rules: [rule] }))
}

function file(title: string, rule: string, text: string, reading: Reading = {}): Row {
  return { title, text, rules: [rule], reading }
}

const web = 'services:\n  web:\n    image: nginx:1.29\n'

const rows: Row[] = [
  ...service('C01 privileged', 'privileged', 'privileged: true', 'privileged: "true"', 'privileged: yes', 'privileged: ${P:-true}'),
  file('C01 privileged through an anchor', 'privileged', `x-p: &p true\n${web}    privileged: *p\n`),
  file('C01 privileged through a merge key', 'privileged', `x-p: &p {privileged: true}\n${web}    <<: *p\n`),
  file('C01 privileged through extends', 'privileged', `${web}    extends: base\n  base: {image: nginx, privileged: true}\n`),
  file('C01 privileged through extends of a file', 'privileged', `${web}    extends: {file: base.yml, service: base}\n`, {
    files: { 'base.yml': 'services: {base: {image: nginx, privileged: true}}' },
  }),
  ...service(
    'C02 bind',
    'bind',
    'volumes: ["/:/h"]',
    'volumes: [{type: bind, source: /, target: /h}]',
    'volumes: ["~/.ssh:/k"]',
    'volumes: ["../..:/x"]',
  ),
  ...service(
    'C02 bind',
    'bind',
    'volumes: ["//etc:/e"]',
    'volumes: ["/./etc:/e"]',
    'volumes: ["/proc/1/root/etc:/e:ro"]',
    'volumes: ["/var/run/docker.sock:/s"]',
  ),
  ...service('C02 bind with what Windows calls a path', 'bind', 'volumes: ["..\\\\etc:/e"]', 'volumes: ["./a/../../etc:/e"]'),
  file('C02 bind of a symbolic link', 'bind', `${web}    volumes: ["./link:/src"]\n`, {
    files: { link: { text: '/etc', mode: '120000' } },
  }),
  file('C02 bind of a folder with a symbolic link', 'bind', `${web}    volumes: [".:/src"]\n`, {
    files: { up: { text: '..', mode: '120000' } },
  }),
  file('C02 bind below a symbolic link', 'bind', `${web}    volumes: ["./up/etc:/src"]\n`, {
    files: { up: { text: '..', mode: '120000' } },
  }),
  file('C02 bind of what is not there', 'bind', `${web}    volumes: ["./data:/var/lib/data"]\n`),
  file('C02 bind of a folder larger than any source', 'bind', `${web}    volumes: ["./src:/src"]\n`, {
    files: Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`src/${index}`, 'x'])),
  }),
  ...service('C02 bind with propagation', 'bind', 'volumes: [{type: bind, source: ./x, target: /x, bind: {propagation: shared}}]'),
  file(
    'C04 options of a volume’s driver',
    'volume_driver_opts',
    `${web}volumes: {data: {driver_opts: {type: none, o: bind, device: /}}}\n`,
  ),
  file(
    'C05 a foreign file system',
    'volume_driver',
    `${web}volumes: {data: {driver: local, driver_opts: {type: nfs, o: addr=169.254.169.254}}}\n`,
  ),
  file('C05 a volume plugin', 'volume_driver', `${web}volumes: {data: {driver: vieux/sshfs}}\n`),
  ...service(
    'C05 a volume of another kind',
    'volume_driver',
    'volumes: [{type: npipe, source: x, target: /p}]',
    'volumes: [{type: image, source: nginx, target: /p}]',
  ),
  file('C06 a volume of others', 'volume_name', `${web}volumes: {data: {external: true}}\n`),
  file('C06 a volume by its name on the machine', 'volume_name', `${web}volumes: {data: {name: otherteam_db}}\n`),
  ...service('C07 a drive', 'volume_syntax', 'volumes: ["v:/etc:/h"]', 'volumes: ["v:/h"]'),
  file('C07 a declared drive', 'volume_syntax', `${web}    volumes: ["v:/h"]\nvolumes: {v: {}}\n`),
  ...service('C08 network mode', 'network', 'network_mode: host', 'network_mode: container:kyozo', 'network_mode: bridge'),
  file('C08 a network of others', 'network', `${web}    networks: [x]\nnetworks: {x: {external: true, name: otherteam_default}}\n`),
  file('C08 the host’s network', 'network', `${web}networks: {x: {driver: host}}\n`),
  file('C08 a network on the LAN', 'network', `${web}networks: {x: {driver: macvlan}}\n`),
  file('C08 a chosen subnet', 'network', `${web}networks: {x: {ipam: {config: [{subnet: 172.17.0.0/16}]}}}\n`),
  file('C08 a chosen address', 'network', `${web}    networks: {x: {ipv4_address: 172.17.0.1}}\nnetworks: {x: {}}\n`),
  ...service(
    'C09 namespaces',
    'namespace',
    'pid: host',
    'pid: container:kyozo',
    'ipc: host',
    'ipc: shareable',
    'uts: host',
    'userns_mode: host',
    'cgroup: host',
  ),
  ...service('C09 namespaces', 'namespace', 'cgroup_parent: /'),
  ...service(
    'C10 capabilities',
    'cap_add',
    'cap_add: [SYS_ADMIN]',
    'cap_add: [sys_admin]',
    'cap_add: [CAP_SYS_ADMIN]',
    'cap_add: [ALL]',
    'cap_add: [" all"]',
  ),
  ...service(
    'C11 security options',
    'security_opt',
    'security_opt: ["seccomp:unconfined"]',
    'security_opt: [seccomp=unconfined]',
    'security_opt: ["no-new-privileges:false"]',
  ),
  ...service('C12 devices', 'device', 'devices: ["/dev/sda:/dev/sda"]', 'gpus: all', 'device_cgroup_rules: ["c 1:3 mr"]'),
  ...service('C12 devices', 'device', 'deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}'),
  ...service(
    'C13 env files',
    'env_file',
    'env_file: /proc/self/environ',
    'env_file: ../x',
    'env_file: {path: ../x, required: false}',
    'env_file: ["../x"]',
    'env_file: .env',
  ),
  ...service('C13 label files', 'env_file', 'label_file: /proc/self/environ'),
  ...service(
    'C14 kyozo’s environment',
    'undefined_variable',
    'environment: {A: "${KYOZO_DB_PASSWORD}"}',
    'environment: {HOME: }',
    'environment: ["PATH"]',
    'command: echo $HOME',
  ),
  ...service('C14 a variable with a message', 'undefined_variable', 'environment: {A: "${TOKEN:?set it}"}'),
  ...service('C14 no variable', 'interpolation', 'environment: {A: "${"}', 'environment: {A: "$1"}', 'environment: {A: "${A!b}"}'),
  file('C14 a value from kyozo’s environment', 'config', `${web}configs: {c: {environment: KYOZO_SECRET_KEY}}\n`),
  file('C14 a secret from kyozo’s environment', 'secret', `${web}secrets: {c: {environment: KYOZO_SECRET_KEY}}\n`),
  file('C15 a config of the host', 'config', `${web}configs: {c: {file: /etc/shadow}}\n`),
  file('C15 a secret of the host', 'secret', `${web}secrets: {c: {file: ../../root/.ssh/id_rsa}}\n`),
  file('C15 a secret of others', 'secret', `${web}secrets: {c: {external: true}}\n`),
  file('C15 a template', 'config', `${web}configs: {c: {content: x, template_driver: golang}}\n`),
  ...['https://example.com/c.yml', 'oci://example.com/c', 'git@example.com:x/y.git', '../x.yml', '/etc/c.yml', 'missing.yml'].map((path) =>
    file(`C16 include of ${path}`, 'include', `include: ["${path}"]\n${web}`),
  ),
  file('C16 include in a circle', 'include', `include: [a.yml]\n${web}`, {
    files: { 'a.yml': 'include: [b.yml]', 'b.yml': 'include: [a.yml]' },
  }),
  file('C16 include six levels deep', 'include', `include: [1.yml]\n${web}`, {
    files: Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`${index + 1}.yml`, index < 5 ? `include: [${index + 2}.yml]` : 'services: {}']),
    ),
  }),
  file('C16 include with another folder', 'include', `include: [{path: a.yml, project_directory: ..}]\n${web}`, {
    files: { 'a.yml': 'services: {}' },
  }),
  ...[
    '{file: ../x.yml, service: a}',
    '{file: "https://example.com/c.yml", service: a}',
    '{file: /etc/x.yml, service: a}',
    'web',
    '{service: nobody}',
  ].map((extended) => file(`C17 extends ${extended}`, 'extends', `${web}    extends: ${extended}\n`)),
  file('C17 extends in a circle over files', 'extends', `${web}    extends: {file: a.yml, service: a}\n`, {
    files: { 'a.yml': 'services: {a: {image: nginx, extends: {file: a.yml, service: b}}, b: {image: nginx, extends: a}}' },
  }),
  ...service('C18 the engine itself', 'api_socket', 'use_api_socket: true'),
  ...service('C18 a program of the host', 'provider', 'provider: {type: ./evil.sh}'),
  ...service('C18 models', 'models', 'models: [llm]'),
  ...service('C18 credentials', 'credential_spec', 'credential_spec: {file: x.json}'),
  ...service('C19 hooks', 'hook', 'post_start: [{command: id, privileged: true}]', 'pre_stop: [{command: id, user: root}]'),
  ...service(
    'C21 labels',
    'label',
    'labels: [traefik.enable=true]',
    'labels: {Traefik.http.routers.a.rule: x}',
    'labels: {caddy: x.example.com}',
    'labels: {caddy_0: x}',
  ),
  ...service(
    'C21 labels',
    'label',
    'labels: {com.docker.compose.project: kyozo}',
    'labels: {kyozo.service: api}',
    'labels: {ofelia.job-exec.a.command: id}',
    'labels: {a: "b\\nc"}',
  ),
  ...service('C21 labels', 'label', 'deploy: {labels: {traefik.enable: "true"}}'),
  ...service(
    'C22 ports',
    'ports',
    'ports: ["22:22"]',
    'ports: ["0.0.0.0:80:80"]',
    'ports: ["1-65535:1-65535"]',
    'ports: ["127.0.0.1::80"]',
    'ports: ["[::]:80:80"]',
  ),
  ...service(
    'C22 ports',
    'ports',
    'ports: [{target: 80, mode: host}]',
    'ports: [{target: 2375, published: "2375"}]',
    'ports: ["80:80/sctp"]',
    'ports: ["0:80"]',
    'ports: ["x"]',
  ),
  ...service('C22 ports', 'ports', `ports: [${Array.from({ length: 11 }, (_, index) => 8000 + index).join(', ')}]`, 'expose: ["70000"]'),
  ...service(
    'C23 hosts',
    'extra_hosts',
    'extra_hosts: ["db:host-gateway"]',
    'extra_hosts: ["github.com:6.6.6.6"]',
    'extra_hosts: {a: 127.0.0.1}',
  ),
  ...service('C23 resolvers', 'dns', 'dns: 6.6.6.6', 'dns: [6.6.6.6]', 'dns_search: [evil.example]', 'dns_opt: [ndots:1]'),
  ...service('C24 links', 'links', 'external_links: [other_db_1:db]', 'links: ["a:b:c d"]'),
  ...service(
    'C25 quota',
    'quota',
    'deploy: {replicas: 100000}',
    'scale: -1',
    'scale: 1e9',
    'deploy: {mode: global}',
    'scale: 1.5',
    'scale: many',
  ),
  ...service('C25 placement', 'placement', 'deploy: {placement: {constraints: ["node.role==manager"]}}'),
  ...service(
    'C26 limits',
    'limit',
    'mem_limit: 1t',
    'mem_limit: 0',
    'mem_limit: -1',
    'mem_limit: "1g;id"',
    'cpus: 1e9',
    'pids_limit: -1',
    'shm_size: 100g',
    'ulimits: {nofile: 2000000000}',
  ),
  ...service(
    'C26 limits',
    'limit',
    'deploy: {resources: {limits: {memory: 1t}}}',
    'cpu_rt_runtime: 95000',
    'oom_kill_disable: true',
    'oom_score_adj: -1000',
    'ulimits: {rtprio: 99}',
  ),
  ...service(
    'C26 limits',
    'limit',
    'tmpfs: ["/a:size=200m", "/b:size=100m"]',
    'tmpfs: /a:suid',
    'healthcheck: {test: "true", interval: 1ns}',
    'healthcheck: {test: "true", retries: 1000}',
  ),
  ...service(
    'C27 images',
    'image',
    'image: 127.0.0.1:5000/x',
    'image: localhost/x',
    'image: kyozo/otherteam/api',
    'image: -rm',
    'image: "NGINX LATEST"',
    'image: evil.example/x',
  ).map((row) => ({
    ...row,
    text: row.text.replace('    image: nginx:1.29\n', ''),
  })),
  ...[
    '../..',
    '/etc',
    'https://example.com/x.git#x:../..',
    'git@example.com:x/y.git',
    './nowhere',
    '{context: ., dockerfile: ../../x}',
    '{context: ., additional_contexts: {h: /etc}}',
    '{context: ., dockerfile: nowhere}',
  ].map((build) => ({
    ...file(`C28 build: ${build}`, 'build_context', `services: {web: {build: ${build.startsWith('{') ? build : `"${build}"`}}}`, {
      files: { Dockerfile: 'FROM nginx' },
    }),
  })),
  ...[
    'ssh: [default]',
    'privileged: true',
    'entitlements: [network.host]',
    'network: host',
    'cache_to: ["type=local,dest=/etc/x"]',
    'secrets: [key]',
    'tags: [kyozo]',
    'tags: ["kyozo/a/b:1"]',
    'args: {BUILDKIT_SYNTAX: evil/x}',
    'args: [http_proxy=http://x]',
  ].map((line) =>
    file(`C29 build.${line}`, 'build_option', `services: {web: {build: {context: ., ${line}}}}`, { files: { Dockerfile: 'FROM nginx' } }),
  ),
  ...service('C30 groups', 'group_add', 'group_add: [docker]', 'group_add: ["999"]'),
  ...service('C30 kernel settings', 'sysctl', 'sysctls: {kernel.msgmax: 1}', 'sysctls: ["net.ipv4.ip_forward=1"]'),
  ...service('C30 isolation', 'runtime', 'runtime: runc2', 'isolation: process', 'platform: windows/amd64'),
  ...service('C30 foreign volumes', 'volumes_from', 'volumes_from: ["container:kyozo"]'),
  ...service('C31 stopping', 'limit', 'stop_grace_period: 10000h'),
  ...service('C31 restarting', 'schema', 'restart: banana'),
  file('C32 a circle', 'dependency', 'services: {a: {image: nginx, depends_on: [b]}, b: {image: nginx, depends_on: [a]}}'),
  file('C32 a circle through links', 'dependency', 'services: {a: {image: nginx, links: [b]}, b: {image: nginx, depends_on: [a]}}'),
  ...service(
    'C32 nobody',
    'dependency',
    'depends_on: [nobody]',
    'depends_on: [web]',
    'network_mode: service:nobody',
    'volumes_from: [nobody]',
  ),
  file('C32 a service that only a profile starts', 'dependency', `${web}    depends_on: [db]\n  db: {image: postgres, profiles: [dev]}\n`),
  ...[
    'services: []',
    'services: hello',
    'services: {web: }',
    'services: {web: []}',
    'services: {web: {}}',
    '{}',
    '[]',
    'hello',
    'services: {web: {image: nginx, imgae: x}}',
  ].map((text) => file(`C34 ${text}`, 'schema', text)),
  file(
    'C34 a thousand services',
    'quota',
    `services: {${Array.from({ length: 1000 }, (_, index) => `s${index}: {image: nginx}`).join(', ')}}`,
  ),
  ...service(
    'C36 unknown keys',
    'schema',
    'volumes: [{type: volume, source: data, target: /x, evil: 1}]',
    'healthcheck: {tset: x}',
    'restart_policy: x',
    'depends_on: {web2: {when: x}}'.replace('web2', 'web'),
  ).map((row) => ({
    ...row,
    rules:
      row.title.includes('depends_on') || row.title.includes('source: data')
        ? [...(row.title.includes('depends_on') ? ['dependency'] : []), 'schema']
        : row.rules,
  })),
  ...service('C36 a shell in a command', 'schema', 'command: a && b', 'command: a; b', 'entrypoint: "a `id`"', 'command: "a \'b"'),
  ...service('C36 what is not declared', 'schema', 'volumes: ["data:/data"]', 'networks: [back]', 'configs: [c]', 'secrets: [s]'),
  ...service('C36 two limits', 'schema', 'mem_limit: 1g\ndeploy: {resources: {limits: {memory: 2g}}}'),
]

describe('what a compose file may not say', () => {
  it.each(rows)('$title', ({ text, rules, reading }) => {
    const model = readText(text, reading)
    expect({ rules: rulesOf(model), told: told(model) }).toEqual({ rules: [...rules].sort(), told: told(model) })
  })

  it('says where, what and what to do, in one line', () => {
    expect(told(readText(serviceText('privileged: true')))).toEqual([
      'compose.yml:4:5 services.web.privileged: `privileged` gives the container the whole host; remove it; name single capabilities under `cap_add` when one is needed (rule privileged)',
    ])
  })

  it('never repeats the value of a variable in a message', () => {
    const model = readText(
      serviceText('image: "${SECRET}"\nrestart: "${SECRET}"\nhostname: "${SECRET}"').replace('    image: nginx:1.29\n', ''),
      {
        variables: { SECRET: 'hunter2 is secret' },
      },
    )
    expect(rulesOf(model)).toEqual(['image', 'schema'])
    expect(JSON.stringify(model.violations)).not.toContain('hunter2')
  })
})
