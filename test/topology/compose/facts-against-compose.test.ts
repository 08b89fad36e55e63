import { describe, expect, it } from 'vitest'
import { configOf, factsOf, type Texts } from './facts-reading.ts'
import { ordinaryDocuments } from './ordinary-documents.ts'

interface Document {
  readonly title: string
  readonly files: Texts
  readonly main?: string
}

const documents: readonly Document[] = [
  {
    title: 'ports, variables and dependencies in every spelling',
    files: {
      'compose.yaml': `
services:
  web:
    image: "\${REGISTRY:-docker.io}/web:\${TAG}"
    ports: ["80", "8080:81", "127.0.0.1:9000:82/tcp", {target: 83, published: "9001"}]
    expose: ["84", 85]
    environment: {A: 1, B: true, C: "\${TAG}", D: "$$HOME", E: ""}
    depends_on: [db]
    links: ["cache:c"]
    working_dir: /srv
    command: node "server.js" --port 80
  db:
    image: postgres:17
    environment: [POSTGRES_PASSWORD=a=b, TAG]
    depends_on: {cache: {condition: service_started}}
    labels: ["one=1", "two"]
  cache:
    image: redis
    profiles: [full, other]
    labels: {three: "3"}
    entrypoint: [redis-server, "--save", ""]
`,
      '.env': 'TAG=1.2\nREGISTRY=\n',
    },
  },
  {
    title: 'builds of folders, files, stages and arguments',
    files: {
      'compose.yaml': `
services:
  a: {build: ./a}
  b: {build: {context: b/c, dockerfile: ../Dockerfile.b, target: run, args: {X: 1, Y: "\${Y:-z}"}}}
  c: {build: {args: [ONE=1, TWO=2]}}
`,
      'a/Dockerfile': 'FROM scratch\n',
    },
  },
  {
    title: 'services that extend others, here and in another folder',
    files: {
      'compose.yaml': `
services:
  base: {image: base, environment: {A: base, B: base}, ports: ["1:1"], labels: {l: base}, volumes: ["./data:/data"]}
  one: {extends: base, environment: [B=own], ports: ["2:2"], command: [one]}
  two: {extends: {file: common/compose.yaml, service: far}, volumes: ["./data:/data", "./own:/own"]}
`,
      'common/compose.yaml': `
services:
  far: {build: ./far, extends: {service: farther}, env_file: far.env}
  farther: {entrypoint: [far], environment: {F: "1"}, volumes: ["./src:/src"]}
`,
      'common/far.env': 'G=2\n',
    },
  },
  {
    title: 'included files with variables of their own',
    files: {
      'compose.yaml': `
include:
  - shop/compose.yaml
  - {path: infra/compose.yaml, env_file: infra/settings.env, project_directory: infra/here}
services:
  web: {image: "web:\${VERSION:-none}"}
`,
      'shop/compose.yaml': `services:\n  cart: {build: ./cart, image: "cart:\${VERSION}"}\n`,
      'shop/.env': 'VERSION=7\n',
      'infra/compose.yaml': `services:\n  db: {image: "postgres:\${VERSION}", volumes: ["./data:/data"]}\n`,
      'infra/settings.env': 'VERSION=17\n',
      'infra/here/data/readme': '',
    },
  },
  {
    title: 'anchors, merge keys and extensions',
    files: {
      'compose.yaml': `
x-env: &env {A: "1", B: "1"}
x-service: &service
  image: app
  environment: &own {<<: *env, C: "2"}
services:
  a: {<<: *service, command: a}
  b:
    <<: *service
    environment: {<<: [*own, *env], A: "3"}
`,
    },
  },
  {
    title: 'env files in all their spellings',
    files: {
      'app/compose.yaml': `
services:
  a:
    image: a
    env_file: [one.env, {path: two.env, required: false}, {path: gone.env, required: false}]
    environment: {A: own}
`,
      'app/one.env': '# comment\nA=file\nexport B="two words"\nC=\'$literal\'\nD=plain # comment\nE: colon\n',
      'app/two.env': `B=\${D2:-later}\nF=\${B}\n`,
    },
    main: 'app/compose.yaml',
  },
]

const plain = ordinaryDocuments
  .filter(({ variables }) => variables === undefined)
  .map(({ title, text, files = {} }): Document => {
    const texts = Object.entries(files).map(([path, file]) => [path, typeof file === 'string' ? file : file.text] as const)
    return { title, files: { ...Object.fromEntries(texts), 'compose.yaml': text } }
  })

describe('detection reads as Compose does', () => {
  it.each([...documents, ...plain])('$title', async ({ files, main = 'compose.yaml' }) => {
    expect(factsOf(files, main)).toEqual(await configOf(files, main))
  })
})
