import { describe, expect, it } from 'vitest'
import { specifyStack } from '../../src/stack/specify.ts'
import { readComposeFile } from '../../src/topology/compose/read-compose-file.ts'
import { type MemoryFiles, sourceTree } from '../support/source-tree.ts'
import { stackInput } from './support.ts'

/** Dockerfile and files sent of each service that is built. */
function builds(files: MemoryFiles) {
  const tree = sourceTree(files)
  const model = readComposeFile({ tree, file: 'compose.yaml', policy: 'trusted' })
  expect(model.violations).toEqual([])
  const { services } = specifyStack({ ...stackInput({ composeModels: [model] }), tree })
  return services.flatMap(({ build }) =>
    build === undefined ? [] : [{ dockerfile: build.dockerfile, target: build.target, files: build.files }],
  )
}

function compose(service: string): string {
  return `services:\n  web: {${service}}\n`
}

const project = {
  'web/Dockerfile': 'FROM node:24 AS dev\nUSER node\nWORKDIR /app\nCOPY package.json .\nCMD ["npm", "run", "dev"]\nFROM dev AS last\n',
  'web/package.json': '{}',
  ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`web/src/${index}.js`, ''])),
  'web/logo.png': '\0PNG',
}

describe('a folder of the repository that a compose file mounts', () => {
  it('is copied into the image at once, however many files it has and whatever is in them', () => {
    expect(builds({ ...project, 'compose.yaml': compose('build: {context: ./web}, volumes: ["./web:/app"]') })).toEqual([
      {
        dockerfile: `${project['web/Dockerfile']}COPY --chown=node [".","/app/"]\n`,
        target: undefined,
        files: Object.keys(project).sort(),
      },
    ])
  })

  it('is copied on top of the stage that the file builds', () => {
    expect(
      builds({ ...project, 'compose.yaml': compose('build: {context: ./web, target: Dev}, volumes: ["./web/src:/app/src:ro"]') }),
    ).toEqual([
      {
        dockerfile: `${project['web/Dockerfile']}FROM dev\nCOPY ["src","/app/src/"]\n`,
        target: undefined,
        files: Object.keys(project)
          .filter((path) => path.includes('/src/') || path.endsWith('package.json'))
          .sort(),
      },
    ])
  })

  it('is written into the Dockerfile where the builder is not given it and it is small', () => {
    const files = {
      'compose.yaml': compose('image: "nginx:1.29", volumes: ["./conf:/etc/nginx/conf.d"]'),
      'conf/a.conf': 'server {}\n',
      '.dockerignore': 'conf\n',
    }
    expect(builds(files)).toEqual([
      {
        dockerfile: 'FROM nginx:1.29\nCOPY <<"END_355da02c030cafce" /etc/nginx/conf.d/a.conf\nserver {}\nEND_355da02c030cafce\n',
        target: undefined,
        files: [],
      },
    ])
  })

  it.each([
    [
      'build: {context: ./web, target: missing}, volumes: ["./web:/app"]',
      'compose.yaml:2:61: web builds the stage "missing", which its Dockerfile does not name; kyozo cannot put the files into its image',
    ],
    [
      'build: ./web, volumes: ["./assets:/assets"]',
      "compose.yaml:2:33: web mounts assets, and it lies outside of the build's context web; kyozo cannot put the files into its image",
    ],
    [
      'image: "nginx:1", volumes: ["./assets/a.png:/a.png"]',
      'compose.yaml:2:37: web mounts assets/a.png, and .dockerignore keeps it from the builder; kyozo cannot put the files into its image',
    ],
  ])('is refused with its place where the image cannot have it: %s', (service, message) => {
    const files = { ...project, 'compose.yaml': compose(service), 'assets/a.png': '\0PNG', '.dockerignore': 'assets\n' }
    expect(() => builds(files)).toThrow(message)
  })
})
