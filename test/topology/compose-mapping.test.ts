import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, servicesIn } from './summary.ts'

const express = (name: string) => json({ name, scripts: { start: 'node s.js' }, dependencies: { express: '5' } })
const goMain = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":80", nil) }\n'

/** `path name` of everything that is no stack, and the stacks' paths. */
function placed(files: Record<string, string>): string[] {
  return analyzeFiles(files).services.map(({ path, name, type }) => (type === 'compose_stack' ? `${path} stack` : `${path} ${name}`))
}

describe('a service of a compose file is', () => {
  test('its build context', () => {
    expect(
      placed({
        'compose.yaml': 'services:\n  one: {build: ./a}\n  two: {build: {context: b}}\n',
        'a/Dockerfile': 'FROM node\n',
        'b/package.json': express('b'),
        'b/s.js': '',
      }),
    ).toEqual(['. stack', 'a one', 'b two'])
  })

  test('the folder of its Dockerfile in a larger context', () => {
    const files = {
      'compose.yaml': `services:\n  one: {build: {context: ., dockerfile: ./src/a/Dockerfile}}\n  two: {build: {context: ., dockerfile: "\${TWO}"}}\n`,
      '.env': 'TWO=./src/b/Dockerfile\n',
      'src/a/Dockerfile': 'FROM node\nCOPY src/a .\n',
      'src/b/Dockerfile': 'FROM golang\nCOPY src/b .\n',
    }
    expect(placed(files)).toEqual(['. stack', 'src/a one', 'src/b two'])
  })

  test('the folder around its Dockerfile that holds the language, and one service only', () => {
    const files = {
      'compose.yaml': 'services:\n  web: {build: {context: ., dockerfile: ops/Dockerfile}}\n',
      'package.json': express('x'),
      's.js': '',
      'ops/Dockerfile': 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "s.js"]\n',
    }
    expect(servicesIn(files).filter((line) => !line.includes('compose_stack'))).toEqual([
      'web . nodejs/express :3000 dockerfile(ops/Dockerfile in .) tcp [node s.js]',
    ])
  })

  test('the folder of its Dockerfile when that is a web server beside the program', () => {
    const files = {
      'compose.yaml':
        'services:\n  web: {build: {context: ., dockerfile: Dockerfile}}\n  edge: {build: {context: ., dockerfile: ops/nginx/Dockerfile}}\n',
      'package.json': express('x'),
      's.js': '',
      Dockerfile: 'FROM node:24\nCOPY . .\nCMD ["node", "s.js"]\n',
      'ops/nginx/Dockerfile': 'FROM nginx\nCOPY public /usr/share/nginx/html\nCOPY ops/nginx/n.conf /etc/nginx/conf.d/\n',
    }
    expect(placed(files)).toEqual(['. stack', '. web', 'ops/nginx edge'])
  })

  test('the folder that the built stage copies and works in', () => {
    const files = {
      'compose.yaml': 'services:\n  backend: {build: {context: ., target: api}}\n  frontend: {build: {context: ., target: site}}\n',
      Dockerfile:
        'FROM node:24 AS base\nWORKDIR /usr/src/app\nCOPY . .\nFROM base AS api_build\nWORKDIR /usr/src/app/packages/api\nRUN npm run build\nFROM node:24 AS api\nCOPY --from=api_build /usr/src/app/packages/api/dist .\nFROM base AS site_build\nWORKDIR /usr/src/app/packages/site\nFROM node:24 AS site\nCOPY --from=site_build /usr/src/app/packages/site/dist .\n',
      'packages/api/package.json': express('api'),
      'packages/api/s.js': '',
      'packages/site/package.json': express('site'),
      'packages/site/s.js': '',
    }
    expect(placed(files)).toEqual(['. stack', 'packages/api backend', 'packages/site frontend'])
  })

  test.each([
    ['args: {SERVICE: cart}', 'FROM node\nARG SERVICE\nCOPY services/$SERVICE .\n'],
    ['args: [APP_DIR=services/cart]', 'FROM node\nCOPY . .\n'],
    ['args: {}', 'FROM node\nCOPY services/cart .\nCOPY shared shared\n'],
    ['dockerfile: docker/Dockerfile.cart', 'FROM node\nCOPY services ./services\nRUN cd ./services/cart && npm ci\n'],
  ])('the folder that the build names by %s', (option, dockerfile) => {
    const files = {
      'compose.yaml': `services:\n  x: {build: {context: ., ${option}}}\n`,
      Dockerfile: dockerfile,
      'docker/Dockerfile.cart': dockerfile,
      'services/cart/package.json': express('cart'),
      'services/cart/s.js': '',
      'services/users/package.json': express('users'),
      'services/users/s.js': '',
    }
    expect(placed(files)).toEqual(['. stack', 'services/cart x', 'services/users users'])
  })

  test('the mounted folder that a development image works in, and the image is none', () => {
    const files = {
      'compose.yaml':
        'services:\n  trainer: {build: docker/app, working_dir: /internal/trainer, volumes: ["./internal:/internal"]}\n  web: {image: "node:24", working_dir: /app, volumes: ["./web:/app"], command: npm run dev}\n',
      'docker/app/Dockerfile': 'FROM golang:1.24\nENTRYPOINT ["reflex"]\n',
      'internal/trainer/go.mod': 'module example.com/trainer\n',
      'internal/trainer/main.go': goMain,
      'web/package.json': express('web'),
      'web/s.js': '',
    }
    expect(placed(files)).toEqual(['. stack', 'internal/trainer trainer', 'web web'])
    expect(rolesIn(files)).toMatchObject({ 'docker/app': 'tooling' })
  })

  test('the folder that a published image is named after', () => {
    const files = {
      'deploy/compose.yaml':
        'services:\n  admin: {image: "shop/shop-admin:1.0", ports: ["8081:8081"]}\n  cart: {image: ghcr.io/example/shop-cart}\n  web: {image: nginx}\n  other: {image: example/unknown}\n',
      'shop-admin/package.json': express('shop-admin'),
      'shop-admin/s.js': '',
      'cart/package.json': express('cart'),
      'cart/s.js': '',
      'web/package.json': express('web'),
      'web/s.js': '',
    }
    const { services } = analyzeFiles(files)
    expect(services.map(({ path, port, compose }) => [path, port, compose?.service])).toEqual([
      ['cart', 3000, 'cart'],
      ['deploy', undefined, undefined],
      ['shop-admin', 8081, 'admin'],
      ['web', 3000, undefined],
    ])
  })

  test('the folder whose module or package a published image is named after', () => {
    const files = {
      'compose.yaml': 'services:\n  a: {image: example/shop-cart}\n  b: {image: "registry.example.com/shop-front:2"}\n',
      'cart/pom.xml':
        '<project><groupId>x</groupId><artifactId>shop-cart</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>',
      'front/package.json': express('@example/shop-front'),
      'front/s.js': '',
    }
    expect(placed(files)).toEqual(['. stack', 'cart a', 'front b'])
  })

  test('one program of an image that holds several', () => {
    const files = {
      'compose.yaml': 'services:\n  a: {build: ., entrypoint: geo}\n  b: {build: ., command: ["/bin/rate", "-v"]}\n',
      Dockerfile: 'FROM golang:1.24\nCOPY . .\nRUN go install ./...\n',
      'apps/geo/go.mod': 'module example.com/geo\n',
      'apps/geo/main.go': goMain,
      'apps/rate/go.mod': 'module example.com/rate\n',
      'apps/rate/main.go': goMain,
    }
    expect(placed(files)).toEqual(['. stack', 'apps/geo a', 'apps/rate b'])
  })
})

describe('a compose file makes no service of', () => {
  test('a folder that the repository does not hold', () => {
    const files = { 'compose.yaml': 'services:\n  a: {build: ./gone}\n  b: {image: example/b}\n' }
    expect(placed(files)).toEqual(['. stack'])
    expect(analyzeFiles(files).warnings).toEqual(['compose.yaml builds gone, which is not a folder of the repository; it is passed over.'])
  })

  test('what is mounted into a database or a web server', () => {
    const files = {
      'compose.yaml':
        'services:\n  db: {image: "postgres:17", volumes: ["./db:/docker-entrypoint-initdb.d"]}\n  web: {image: nginx, volumes: ["./site:/usr/share/nginx/html"]}\n',
      'db/init.sql': '',
      'site/readme.txt': '',
    }
    expect(placed(files)).toEqual(['. stack'])
  })

  test('shared code that every image copies', () => {
    const files = {
      'compose.yaml': 'services:\n  a: {build: {context: ., dockerfile: a.Dockerfile}}\n',
      'a.Dockerfile': 'FROM node\nCOPY packages/shared packages/shared\nCOPY apps/a apps/a\nWORKDIR /app/apps/a\n',
      'packages/shared/package.json': json({ name: 'shared', main: 'x.js' }),
      'packages/shared/x.js': '',
      'apps/a/package.json': express('a'),
      'apps/a/s.js': '',
    }
    expect(placed(files)).toEqual(['. stack', 'apps/a a'])
  })

  test('images that it does not run, when it runs most of the others', () => {
    const dockerfile = 'FROM busybox\nCMD ["httpd"]\nEXPOSE 80\n'
    const files = {
      'compose.yaml': 'services:\n  a: {build: a}\n  b: {build: b}\n  c: {build: c}\n',
      'compose.load.yaml': 'services:\n  load: {build: load}\n',
      'a/Dockerfile': dockerfile,
      'b/Dockerfile': dockerfile,
      'c/Dockerfile': dockerfile,
      'load/Dockerfile': dockerfile,
      'old/Dockerfile': dockerfile,
    }
    expect(placed(files)).toEqual(['. stack', 'a a', 'b b', 'c c', 'load load'])
    expect(analyzeFiles(files).folders).toEqual([
      { path: 'old', role: 'unknown', evidence: [{ path: 'compose.yaml', line: 1, fact: 'compose.yaml does not run it' }] },
    ])
  })
})

describe('what a compose file builds', () => {
  test('has the language of its image where the folder holds several', () => {
    const files = {
      'compose.yaml': 'services:\n  app: {build: .}\n',
      Dockerfile: 'FROM golang:1.24\nCOPY . .\nCMD ["app"]\n',
      'requirements.txt': 'flask\n',
      'app.py': 'from flask import Flask\napp = Flask(__name__)\napp.run()\n',
    }
    expect(analyzeFiles(files).services.map(({ path, type }) => [path, type])).toEqual([
      ['.', 'containerized'],
      ['.', 'compose_stack'],
    ])
  })

  test('is a service whatever its folder is called, and hostile names and values place nothing', () => {
    const files = {
      'compose.yaml':
        'services:\n  a: {build: ./tools/a}\n  b: {build: {context: ., dockerfile: "../../x/Dockerfile", args: {SERVICE: "../..", __proto__: y}}}\n  c: {image: "../../c", volumes: ["./../..:/x"], working_dir: /x/../..}\n',
      'tools/a/Dockerfile': 'FROM busybox\nCMD ["a"]\n',
    }
    expect(placed(files)).toEqual(['. stack', '. b', 'tools/a a'])
  })

  test('is found in linear time in a hostile Dockerfile', () => {
    const files = {
      'compose.yaml': `services:\n  a: {build: {context: ., args: {SERVICE: "${'$a'.repeat(500)}"}}}\n`,
      Dockerfile: `FROM node\n${'COPY a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t . '.repeat(1_000)}\nRUN ${`\${a:-`.repeat(5_000)}\n${'\\\n'.repeat(5_000)}`,
      'apps/x/package.json': express('x'),
      'apps/x/s.js': '',
    }
    const start = performance.now()
    analyzeFiles(files)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('several compose files', () => {
  const dockerfile = 'FROM busybox\nCMD ["httpd"]\nEXPOSE 80\n'

  test('that run the same folder make one service of it, and the inner one no stack', () => {
    const files = {
      'compose.yaml': 'services:\n  a: {build: a}\n  b: {build: b}\n',
      'a/compose.yaml': 'services:\n  a: {build: .}\n  db: {image: "postgres:17"}\n',
      'a/Dockerfile': dockerfile,
      'b/Dockerfile': dockerfile,
    }
    expect(placed(files)).toEqual(['. stack', 'a a', 'b b'])
  })

  test('of which one includes the others are one stack', () => {
    const files = {
      'app/compose.yaml': 'include: [../a/compose.yaml, ../b/compose.yaml]\n',
      'a/compose.yaml': 'services:\n  a: {build: .}\n',
      'b/compose.yaml': 'services:\n  b: {build: .}\n',
      'a/Dockerfile': dockerfile,
      'b/Dockerfile': dockerfile,
    }
    expect(placed(files)).toEqual(['a a', 'app stack', 'b b'])
  })

  test('among the examples are the stack when there is no other and they start what the repository builds', () => {
    const files = {
      'examples/docker/compose.yaml':
        'services:\n  a: {image: example/shop-cart}\n  b: {image: example/shop-web}\n  db: {image: postgres}\n',
      'examples/other/compose.yaml': 'services:\n  x: {image: example/x}\n',
      'services/org.example.shop.cart/Dockerfile': dockerfile,
      'services/org.example.shop.web/Dockerfile': dockerfile,
    }
    expect(placed(files)).toEqual(['examples/docker stack', 'services/org.example.shop.cart a', 'services/org.example.shop.web b'])
  })
})

describe('at one path', () => {
  const files = {
    'package.json': express('shop'),
    's.js': '',
    'worker/Dockerfile': 'FROM busybox\nCMD ["w"]\n',
    Dockerfile: 'FROM node:24\nCMD node s.js\n',
  }

  test('the service comes before a stack that only runs this folder', () => {
    expect(placed({ ...files, 'compose.yaml': 'services:\n  web: {build: .}\n' }).slice(0, 2)).toEqual(['. web', '. stack'])
  })

  test('the program that the image itself starts comes before its other ones', () => {
    const text = 'services:\n  a: {build: ., command: node worker.js}\n  b: {build: .}\n'
    expect(placed({ ...files, 'compose.yaml': text }).slice(0, 3)).toEqual(['. b', '. a', '. stack'])
  })

  test('a stack that runs other folders too comes first', () => {
    expect(placed({ ...files, 'compose.yaml': 'services:\n  web: {build: .}\n  worker: {build: worker}\n' })).toEqual([
      '. stack',
      '. web',
      'worker worker',
    ])
  })
})

describe('a published image beside mounted sources', () => {
  const php = {
    'composer.json': json({ require: { 'laravel/framework': '12' } }),
    'public/index.php': '<?php',
    artisan: '#!/usr/bin/env php',
    'package.json': json({ private: true, scripts: { build: 'esbuild x' }, devDependencies: { esbuild: '1' } }),
  }
  const compose = (image: string) => `services:\n  app: {build: .}\n  beside: {image: "${image}", working_dir: /app, volumes: [".:/app"]}\n`
  const Dockerfile = 'FROM php:8.4-apache\nCOPY . .\n'

  test('of another language is a tool', () => {
    expect(placed({ ...php, Dockerfile, 'compose.yaml': compose('node:24') })).toEqual(['. app', '. stack'])
  })

  test('of its language runs it', () => {
    expect(placed({ ...php, Dockerfile, 'compose.yaml': compose('php:8.4-cli') })).toContain('. beside')
  })
})

describe('what is there for development', () => {
  const program = { 'package.json': express('x'), 's.js': '' }
  const lines = (files: Record<string, string>) => servicesIn({ ...program, ...files })

  test.each([
    ['a Dockerfile named for it', { 'Dockerfile.dev': 'FROM node:24\n' }, '{context: ., dockerfile: Dockerfile.dev}', ''],
    [
      'a Dockerfile in a folder for it',
      { 'dev/docker/Dockerfile': 'FROM node:24\n' },
      '{context: ., dockerfile: dev/docker/Dockerfile}',
      '',
    ],
    ['a container that sleeps', { 'ops/Dockerfile': 'FROM node:24\n' }, '{context: ., dockerfile: ops/Dockerfile}', 'sleep infinity'],
    [
      'a container that follows nothing',
      { 'ops/Dockerfile': 'FROM node:24\n' },
      '{context: ., dockerfile: ops/Dockerfile}',
      'tail -f /dev/null',
    ],
  ])('makes no stack: %s', (_, files, build, command) => {
    const compose = `services:\n  web:\n    build: ${build}\n${command === '' ? '' : `    command: ${command}\n`}  db: {image: postgres:17}\n`
    expect(lines({ ...files, 'compose.yaml': compose }).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'x . nodejs/express',
    ])
  })

  test.each(['.worktree', 'playwright', 'test-migrations', 'local-run', 'e2e'])('makes no stack in %s', (folder) => {
    const compose = 'services:\n  web: {build: {context: ..}}\n'
    expect(lines({ [`${folder}/compose.yaml`]: compose }).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'x . nodejs/express',
    ])
  })

  test('is not every folder that begins with the same letters, nor a file beside a production build', () => {
    const stack = 'services:\n  one: {build: .}\n  two: {build: {context: ., dockerfile: Dockerfile.dev}}\n'
    expect(placed({ ...program, Dockerfile: 'FROM node:24\n', 'Dockerfile.dev': 'FROM node:24\n', 'compose.yaml': stack })).toContain(
      '. one',
    )
    expect(
      placed({ 'testimonials/compose.yaml': 'services:\n  web: {build: .}\n', 'testimonials/Dockerfile': 'FROM node:24\n' }),
    ).toContain('testimonials web')
  })

  test('starts nothing with a command that only waits', () => {
    const [service] = analyzeFiles({ ...program, Dockerfile: 'FROM node:24\nCOPY . .\nCMD ["sleep", "infinity"]\n' }).services
    expect(service?.start).toBeUndefined()
  })

  test('leaves a database and an image there alone', () => {
    const files = {
      'docker/local-postgres/Dockerfile': 'FROM postgres:17\nCOPY init.sql /docker-entrypoint-initdb.d/\n',
      'docker/local-postgres/init.sql': 'create table a ();\n',
      'playwright/x/Dockerfile': 'FROM debian:12\nCOPY run.sh /\nEXPOSE 80\nCMD ["/run.sh"]\n',
    }
    expect(lines(files).map((line) => line.split(' ')[1])).toEqual(['.'])
  })
})
