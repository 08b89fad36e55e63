import { describe, expect, test } from 'vitest'
import { analyzeFiles } from '../topology/summary.ts'
import { stackOf } from './stack-lines.ts'

const rails = {
  Gemfile: 'gem "rails"\ngem "puma"\ngem "sidekiq"\n',
  'Gemfile.lock': '',
  'config.ru': 'run Rails.application\n',
  'config/application.rb': '',
  Procfile: 'web: bundle exec puma -p 3000\nworker: bundle exec sidekiq\nrelease: bin/rails db:migrate\n',
}
const node = {
  'web/package.json': '{"name": "web", "scripts": {"start": "node z.js"}, "dependencies": {"express": "5"}}',
  'web/package-lock.json': '{}',
  'web/a.js': 'app.listen(3000)\n',
}
const render = `services:
  - {type: worker, name: jobs, rootDir: web, startCommand: node w.js, envVars: [{key: QUEUE, value: jobs}]}
  - {type: web, name: shop, rootDir: web, startCommand: node a.js, preDeployCommand: node migrate.js}
  - {type: cron, name: nightly, rootDir: web, schedule: "0 3 * * *", startCommand: node nightly.js}
`
const codes = ['process_not_run', 'release_not_run', 'schedule_not_run']
const advice = (files: Record<string, string>) =>
  analyzeFiles(files, { rootName: 'shop' }).recommendations.filter(({ code }) => codes.includes(code))
const linesOf = (fix: string) => /`(services: .*)`/.exec(fix)?.[1] ?? ''
const commands = (files: Record<string, string>) =>
  stackOf(files).services.flatMap(({ name, build, health }) =>
    build === undefined ? [] : [[name, /CMD (.*)/.exec(build.dockerfile)?.[1], health.kind]],
  )

describe('processes of a folder that nobody runs', () => {
  test('are told of, with their place', () => {
    expect(advice(rails)).toEqual([
      {
        code: 'process_not_run',
        message: 'shop starts `bundle exec puma -p 3000` alone; worker of Procfile is not run.',
        fix: 'Run it as a service of its own, from the same folder, with this in kyozo.yaml: `services: {shop: {path: "."}, shop-worker: {path: ".", start: "bundle exec sidekiq", port: none, health: false}}`',
        evidence: [{ path: 'Procfile', line: 1, fact: 'Procfile: web', weight: expect.any(Number) }],
      },
      {
        code: 'release_not_run',
        message: '`bin/rails db:migrate`, which Procfile runs before each release of shop, is not run: kyozo has no step before a start.',
        fix: 'Run it when the service starts, with this in kyozo.yaml: `services: {shop: {path: ".", start: "bin/rails db:migrate && exec bundle exec puma -p 3000"}}`',
        evidence: [{ path: 'Procfile', line: 3, fact: 'Procfile: release' }],
      },
    ])
  })

  test('run by the lines that the advice gives, and are told of no more', () => {
    const [worker, release] = advice(rails).map(({ fix }) => ({ ...rails, 'kyozo.yaml': linesOf(fix) }))
    expect([commands(worker ?? {}), advice(worker ?? {}).map(({ code }) => code)]).toEqual([
      [
        ['shop', '["bundle", "exec", "puma", "-p", "3000"]', 'tcp'],
        ['shop-worker', '["bundle", "exec", "sidekiq"]', 'none'],
      ],
      ['release_not_run'],
    ])
    expect([commands(release ?? {}), advice(release ?? {}).map(({ code }) => code)]).toEqual([
      [['shop', '["sh", "-c", "bin/rails db:migrate && exec bundle exec puma -p 3000"]', 'tcp']],
      ['process_not_run'],
    ])
  })

  test('of a platform that lists them beside the one that answers are its processes, never its start', () => {
    const files = { ...node, 'render.yaml': render }
    const [web, ...others] = analyzeFiles(files).services
    expect([others, web?.name, web?.start, web?.processes, web?.environment]).toEqual([
      [],
      'web',
      'node a.js',
      [
        { name: 'web', command: 'node a.js' },
        { name: 'jobs', command: 'node w.js' },
      ],
      [{ name: 'QUEUE', required: false, value: 'jobs' }],
    ])
    expect(advice(files).map(({ code, evidence }) => [code, evidence[0]?.line])).toEqual([
      ['process_not_run', 2],
      ['release_not_run', 3],
      ['schedule_not_run', 4],
    ])
  })

  test.each([
    [
      'fly.toml',
      'app = "x"\n[deploy]\nrelease_command = "node m.js"\n[processes]\nweb = "node a.js"\njobs = "node w.js"\n',
      ['process_not_run', 'release_not_run'],
    ],
    ['railway.json', '{"deploy": {"startCommand": "node a.js", "preDeployCommand": ["node m.js"]}}', ['release_not_run']],
    [
      'heroku.yml',
      'build: {docker: {web: Dockerfile}}\nrelease: {command: [node m.js]}\nrun: {web: node a.js, jobs: node w.js}\n',
      ['process_not_run', 'release_not_run'],
    ],
  ])('are told of when %s names them', (name, text, expected) => {
    expect(advice({ ...node, [`web/${name}`]: text }).map(({ code }) => code)).toEqual(expected)
  })

  test("are Laravel's own only where its queue waits, or something is planned", () => {
    const laravel = {
      'composer.json': '{"require": {"laravel/framework": "^12"}}',
      'composer.lock': '{}',
      artisan: '',
      'public/index.php': '<?php\n',
    }
    const planned = { ...laravel, 'routes/console.php': '<?php Schedule::command("x")->daily();\n' }
    const queued = { ...laravel, '.env.example': 'QUEUE_CONNECTION=redis\n' }
    expect([laravel, planned, queued].map((files) => advice(files).map(({ message }) => /; (.*) of/.exec(message)?.[1]))).toEqual([
      [],
      ['scheduler'],
      ['worker'],
    ])
  })
})
