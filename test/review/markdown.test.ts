// A review as a Git host shows it: one whole text, what a hostile repository makes of it, and how long it gets.
import { describe, expect, it } from 'vitest'
import { reviewMarkdown } from '../../src/review/markdown.ts'
import { summarizeReview } from '../../src/review/summary.ts'
import { reviewText } from '../../src/review/text.ts'
import { reviewTitle } from '../../src/review/title.ts'
import { type Files, nodeService, reviewOf } from './sides.ts'

const dockerfile = 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n'
const shop = (image: string, more = ''): Files => ({
  ...nodeService('web'),
  'web/Dockerfile': dockerfile,
  'compose.yaml': `services:\n  web:\n    build: ./web\n    ports: ["3000:3000"]\n    depends_on: [db]\n  db:\n    image: ${image}\n    environment: {POSTGRES_PASSWORD: local-pa55}\n    volumes: ["pgdata:/var/lib/postgresql/data"]\n${more}volumes:\n  pgdata: {}\n`,
})

it('a review is a list of services with everything else folded below it', () => {
  const cache = '  cache:\n    image: redis:7\n'
  const review = reviewOf(shop('postgres:16'), {
    ...shop('postgres:17', cache),
    'web/server.js': `require('express')().listen(3000)\nmore()\n`,
  })
  const text = reviewMarkdown(review).replace(/:[0-9a-f]{24}\b/g, ':…')
  expect(text).toMatchInlineSnapshot(`
    "> [!CAUTION]
    > **Volume pgdata of db is at risk**: postgres 17 does not read what postgres 16 wrote. Dump the data with the old version and load it into the new one, or run pg\\_upgrade.

    - **web** rebuilt: web/server.js changed
    - **db** changed: image postgres:16 became postgres:17
      - stopped before the new one starts, because it holds the volume pgdata
    - **cache** added: image redis:7 (compose.yaml)

    <details><summary>Topology</summary>

    \`\`\`mermaid
    flowchart LR
      n1["web<br>rebuilt"]:::changed
      n2[("db<br>changed")]:::changed
      n3[("cache<br>added")]:::added
      n1 --> n2
      classDef added fill:#dafbe1,stroke:#1a7f37,color:#0a3315
      classDef changed fill:#fff8c5,stroke:#9a6700,color:#4d2d00
    \`\`\`

    </details>

    <details><summary>compose.kyozo.yaml: 23 added, 2 removed</summary>

    \`\`\`diff
    @@ -3 +3 @@
     # The comments say where values come from. Rights, restarts, stopping and logs are the same for every service: kyozo decides them.

     services:
    -  # db: service db of compose.yaml; image postgres:16 (compose.yaml)
    +  # cache: service cache of compose.yaml; image redis:7 (compose.yaml)
       # Where the file says no limit, kyozo does: memory 512Mi, 1 CPU, 256 processes.
    +  cache:
    +    image: "redis:7"
    +    restart: unless-stopped
    +    stop_grace_period: 10s
    +    security_opt: ["no-new-privileges:true"]
    +    cap_drop: [ALL]
    +    cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID]
    +    deploy:
    +      resources:
    +        limits:
    +          cpus: "1"
    +          memory: 512m
    +          pids: 256
    +    logging:
    +      driver: json-file
    +      options:
    +        max-size: 10m
    +        max-file: "3"
    +
    +  # db: service db of compose.yaml; image postgres:17 (compose.yaml)
    +  # Where the file says no limit, kyozo does: memory 512Mi, 1 CPU, 256 processes.
       # Variables: POSTGRES_PASSWORD from compose.yaml.
       db:
    -    image: "postgres:16"
    +    image: "postgres:17"
         environment:
           POSTGRES_PASSWORD: ***
         volumes:
    \`\`\`

    </details>

    <details><summary>What a release would do: 6 steps</summary>

    \`\`\`text
    pull redis:7 for cache: cache is new: image redis:7 (compose.yaml)
    pull postgres:17 for db: image postgres:16 became postgres:17
    build web as kyozo/shop/web:…: web/server.js changed
    start cache: cache is new: image redis:7 (compose.yaml)
    replace db after stopping the old one, because it holds the volume pgdata: image postgres:16 became postgres:17
    replace web beside the old one: web/server.js changed
    \`\`\`

    </details>

    <details><summary>Evidence</summary>

    - **web** is nodejs, 99% sure
      - builds web (\`compose.yaml:3\`)
      - Dockerfile from node:24 (\`web/Dockerfile:1\`)
      - listens: .listen( (\`web/server.js:1\`)
      - start script: node server.js (\`web/package.json:4\`)
      - express in dependencies (\`web/package.json:7\`)
      - listens on port 3000 (\`web/Dockerfile:3\`)
      - needs db: web depends on db (\`compose.yaml:5\`)
      - web/server.js changed
    - **db** is a backing service
      - image postgres:17 (\`compose.yaml:6\`)
    - **cache** is a backing service
      - image redis:7 (\`compose.yaml:10\`)

    </details>

    <details><summary>Differences from your compose file: 4 new, 9 as before</summary>

    - \`compose.yaml/services/cache/cap_drop\` no-new-privileges is set, all capabilities are dropped but CHOWN, DAC\\_OVERRIDE, FOWNER, KILL, NET\\_BIND\\_SERVICE, SETGID, SETUID (a container has only the rights that it needs)
    - \`compose.yaml/services/cache/deploy/resources/limits\` limited to memory 512Mi, 1 CPU, 256 processes (no service may take the whole machine)
    - \`compose.yaml/services/cache/logging\` logs are kept in 3 files of 10 MB (logs do not fill the disk)
    - \`compose.yaml/services/cache/restart\` restart: unless-stopped (a service comes back after a crash or a restart of the machine)

    </details>"
  `)
  expect(summarizeReview(review)).toMatchObject({
    title: '3 services change: web rebuilt, db changed, cache added; 1 volume at risk',
    conclusion: 'needs_decision',
    changes: [
      { service: 'web', change: 'rebuilt' },
      { service: 'db', change: 'changed' },
      { service: 'cache', change: 'added' },
    ],
    decisions: [expect.stringMatching(/^\*\*Volume pgdata of db is at risk\*\*: postgres 17 does not read what postgres 16 wrote\. Dump/)],
  })
  expect(summarizeReview(review).changes[0]?.explanation).toMatchInlineSnapshot(`
    "- **web** rebuilt: web/server.js changed
    - **web** is nodejs, 99% sure
      - builds web (\`compose.yaml:3\`)
      - Dockerfile from node:24 (\`web/Dockerfile:1\`)
      - listens: .listen( (\`web/server.js:1\`)
      - start script: node server.js (\`web/package.json:4\`)
      - express in dependencies (\`web/package.json:7\`)
      - listens on port 3000 (\`web/Dockerfile:3\`)
      - needs db: web depends on db (\`compose.yaml:5\`)
      - web/server.js changed"
  `)
})

it('a change of nothing that runs is one line', () => {
  const review = reviewOf(nodeService('web'), { ...nodeService('web'), 'README.md': '# web\n' })
  expect(reviewMarkdown(review)).toMatchInlineSnapshot(`
    "Merging this changes no service.

    - 1 unchanged: web"
  `)
  expect(summarizeReview(review)).toMatchObject({ title: 'No service changes', conclusion: 'success', decisions: [] })
})

describe('what a repository calls its files', () => {
  const names = [
    '@octocat', '#1', '<img src=x onerror=y>', '[a](https:', '`code`', '```', '| a | b |', '</details>', '<!--', '$x$', 'a\u202eb', '~~a~~', '**a**',
    '@org', 'www.evil.example', '%%{init}%%', '"]', 'GH-1', '!2', '\\', 'é́́́',
  ] // biome-ignore format: a list

  it('stays text in every part of a review', () => {
    const before = { ...nodeService('services/web'), 'services/web/Dockerfile': dockerfile }
    const hostile = Object.fromEntries(names.map((name) => [`services/web/${name}/${name}.js`, `listen("${name}")\n`]))
    const after = {
      ...before,
      ...hostile,
      [`services/${names[2]}/package.json`]: nodeService('x')['x/package.json']!,
      [`services/${names[2]}/server.js`]: 'app.listen(1)\n',
    }
    const review = reviewOf(before, after)
    const { title, markdown, text, changes } = summarizeReview(review)
    const prose = [title, markdown, ...changes.map(({ explanation }) => explanation)].join('\n').replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
    const words = prose.replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '').replace(/<\/?(details|summary)>/g, '')
    expect(words).not.toMatch(/@\w|#\d|!\d|GH-\d|www\.|:\/\/|<[a-z!/]/i)
    expect(`${markdown}${text}`).not.toMatch(/[^\P{C}\n\u200b]/u)
    expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length)
  })
})

describe('a review of a hundred services', () => {
  const many = (port: number): Files =>
    Object.fromEntries(
      Array.from({ length: 100 }, (_, at) =>
        Object.entries(nodeService(`services/${'long-name-'.repeat(4)}${at}`, { port: port + at })),
      ).flat(),
    )
  const review = reviewOf(many(3_000), many(5_000))

  it('fits where it is shown, and names what was left out', () => {
    const markdown = reviewMarkdown(review)
    expect(markdown.length).toBeLessThanOrEqual(48_000)
    expect(markdown).toMatch(/^- and \d+ more services$/m)
    expect(reviewMarkdown(review, { limit: 20_000 })).toMatch(/Left out, since the whole would be too long: .*compose diff/)
    expect(reviewMarkdown(review, { limit: 20_000 }).length).toBeLessThanOrEqual(20_000)
    expect(reviewText(review).length).toBeLessThanOrEqual(60_001)
  })

  it('has a title that a status takes', () => {
    expect(reviewTitle(review)).toMatch(/^100 services change: long-name-\S+ rebuilt, long-name-\S+ rebuilt and 98 more$/)
    expect(reviewTitle(review).length).toBeLessThanOrEqual(140)
  })
})
