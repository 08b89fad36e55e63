// The one comment below a pull request, as a whole text in each of its states.
import { describe, expect, it } from 'vitest'
import { type PullRequestCommentInput, pullRequestComment } from '../../src/review/comment.ts'

const input: PullRequestCommentInput = {
  marker: '<!-- kyozo preview 7 -->',
  workspace: 'shop',
  headSha: '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d',
  preview: {
    state: 'live',
    words: '',
    url: 'https://web.shop-pr-7.example.com',
    environment: 'pr-7',
    expires: 'in 3 days unless somebody uses it',
  },
  services: [
    { name: 'api', verdict: 'live', words: 'live after 3.2 s', url: 'https://api.shop-pr-7.example.com', durationMs: 3_200 },
    { name: 'web', verdict: 'live', words: 'live after 1.0 s (image was built before)', url: 'https://web.shop-pr-7.example.com' },
    { name: 'postgres', verdict: 'live', words: 'live after 2.0 s', url: null },
  ],
  review: {
    title: '2 services change: api rebuilt, worker removed; 1 volume at risk',
    markdown: '- **api** rebuilt: services/api/server.js changed',
    decisions: ['**Volume jobs of worker is at risk**: worker is removed; kyozo keeps the volume, and nothing reads it.'],
    changes: [
      { service: 'worker', change: 'removed' },
      { service: 'api', change: 'rebuilt' },
      { service: 'postgres', change: 'unchanged' },
      { service: 'web', change: 'unchanged' },
    ],
  },
  approval: null,
  notes: [],
  links: { page: 'https://kyozo.example.com/pull-requests/1', log: null },
}

function commentWith(more: Partial<PullRequestCommentInput>): string {
  return pullRequestComment({ ...input, ...more })
}

describe('the comment', () => {
  it('of a live preview begins with its address, has one table, and folds the plan', () => {
    expect(pullRequestComment(input)).toMatchInlineSnapshot(`
      "<!-- kyozo preview 7 -->

      ### ✅ Preview: [web.shop-pr-7.example.com](<https://web.shop-pr-7.example.com/>)

      \`1a2b3c4\` in **shop** · 2 services change: api rebuilt, worker removed; 1 volume at risk

      > [!CAUTION]
      > **Volume jobs of worker is at risk**: worker is removed; kyozo keeps the volume, and nothing reads it.

      | Service | If merged | Preview | Address |
      | :-- | :-- | :-- | :-- |
      | **worker** | removed |  |  |
      | **api** | rebuilt | ✅ live after 3.2 s | [open](<https://api.shop-pr-7.example.com/>) |
      | **postgres** | unchanged | ✅ live after 2.0 s |  |
      | **web** | unchanged | ✅ live after 1.0 s (image was built before) | [open](<https://web.shop-pr-7.example.com/>) |

      <details><summary>What merging changes, and why</summary>

      - **api** rebuilt: services/api/server.js changed

      </details>

      <sub>[Details](<https://kyozo.example.com/pull-requests/1>) · goes in 3 days unless somebody uses it · \`/kyozo help\` lists what can be asked here</sub>"
    `)
  })

  it('of a preview that fell ill after it went live says so first, and of which service, also among many', () => {
    const quiet = Array.from({ length: 7 }, (_, at) => ({ name: `s${at}`, verdict: 'live' as const, words: 'live', url: null }))
    const [ill, ...others] = quiet
    const services = [{ ...ill!, trouble: 'GET /healthz answered 503 (3 of 3)' }, ...others]
    const changes = services.map(({ name }) => ({ service: name, change: 'unchanged' }))
    const preview = { ...input.preview, state: 'unhealthy', words: 's0 is unhealthy' } as const
    const text = commentWith({ preview, services, review: { title: 'Nothing changes', markdown: '', decisions: [], changes } })
    expect(text).toContain('### ⚠️ Preview is unhealthy: [web.shop-pr-7.example.com](<https://web.shop-pr-7.example.com/>)')
    expect(text).toContain('`1a2b3c4` in **shop** · s0 is unhealthy · Nothing changes')
    expect(text).toContain('| **s0** | unchanged | ⚠️ unhealthy: GET /healthz answered 503 (3 of 3) |')
    expect(text).toContain('| 6 others | unchanged | ✅ live |')
    expect(commentWith({ preview: { ...preview, url: null } })).toContain('### ⚠️ Preview is unhealthy\n')
  })

  it('of a preview that is on its way leads to the one before', () => {
    const services = [{ name: 'api', verdict: null, words: 'is being built', url: null }]
    expect(
      commentWith({ preview: { ...input.preview, state: 'deploying', expires: null }, services, review: null }),
    ).toMatchInlineSnapshot(`
      "<!-- kyozo preview 7 -->

      ### ⏳ Preview is on its way; the one before is at [web.shop-pr-7.example.com](<https://web.shop-pr-7.example.com/>)

      \`1a2b3c4\` in **shop**

      | Service | Preview |
      | :-- | :-- |
      | **api** | ⏳ is being built |

      <sub>[Details](<https://kyozo.example.com/pull-requests/1>) · \`/kyozo help\` lists what can be asked here</sub>"
    `)
  })

  it('of a fork says what has to be said before anything runs', () => {
    const preview = { state: 'none', words: 'it comes from a fork', url: null, environment: null, expires: null } as const
    const approval = { command: `/kyozo approve ${'1a2b3c4d'.repeat(5)}` }
    expect(commentWith({ preview, approval, services: [], review: null })).toMatchInlineSnapshot(`
      "<!-- kyozo preview 7 -->

      ### ⏸️ No preview

      \`1a2b3c4\` in **shop**

      > [!NOTE]
      > It comes from a fork: nothing of this commit is built or run before somebody who may write here comments \`/kyozo approve 1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d\`

      <sub>[Details](<https://kyozo.example.com/pull-requests/1>) · \`/kyozo help\` lists what can be asked here</sub>"
    `)
  })

  it('of a preview that failed says which service did, and what serves still', () => {
    const services = [
      {
        name: 'api',
        verdict: 'failed' as const,
        words: 'api did not become healthy in 60 s (exit 1). Nothing was serving before',
        url: null,
        durationMs: 71_000,
      },
      { name: 'web', verdict: 'rolled_back' as const, words: 'not switched because api failed', url: null },
    ]
    const notes = ['The preview of #6 made room for this one.']
    expect(
      commentWith({
        // Of one service that failed the release says the same, and that is said once.
        preview: { ...input.preview, state: 'failed', words: services[0]!.words, url: null, expires: null },
        services,
        notes,
        review: { failed: 'kyozo.yaml:3:5: services.web has no key "prot"' },
      }),
    ).toMatchInlineSnapshot(`
      "<!-- kyozo preview 7 -->

      ### ❌ Preview failed

      \`1a2b3c4\` in **shop**

      > [!CAUTION]
      > **kyozo cannot tell what this would do**: kyozo.yaml:3:5: services.web has no key "prot"

      | Service | Preview |
      | :-- | :-- |
      | **api** | ❌ api did not become healthy in 60 s (exit 1). Nothing was serving before (71 s) |
      | **web** | ❌ not switched because api failed |

      - The preview of #​6 made room for this one.

      <sub>[Details](<https://kyozo.example.com/pull-requests/1>) · \`/kyozo help\` lists what can be asked here</sub>"
    `)
  })

  it('of a pull request that is over says what became of it, and keeps what asked for a person and the plan, folded', () => {
    const preview = { state: 'removed', words: 'the pull request was merged', url: null, environment: null, expires: null } as const
    expect(commentWith({ preview, services: [], isOver: true })).toMatchInlineSnapshot(`
      "<!-- kyozo preview 7 -->

      ### 🧹 Preview is gone

      \`1a2b3c4\` in **shop** · the pull request was merged

      > [!CAUTION]
      > **Volume jobs of worker is at risk**: worker is removed; kyozo keeps the volume, and nothing reads it.

      <details><summary>What merging changes, and why</summary>

      - **api** rebuilt: services/api/server.js changed

      </details>

      <sub>[Details](<https://kyozo.example.com/pull-requests/1>)</sub>"
    `)
  })

  it('of a preview that is gone while its pull request is open says what merging would do', () => {
    const preview = { state: 'removed', words: 'ada removed it', url: null, environment: null, expires: null } as const
    const text = commentWith({ preview, services: [] })
    expect(text).toContain('### 🧹 Preview is gone\n\n`1a2b3c4` in **shop** · ada removed it · 2 services change')
    expect(text).toContain('| Service | If merged |\n| :-- | :-- |\n| **worker** | removed |\n')
    expect(text).toContain('/kyozo help')
  })

  it('has one row for many services of which nothing is to be said', () => {
    const names = Array.from({ length: 30 }, (_, at) => `s${at}`)
    const review = {
      title: 't',
      markdown: '',
      decisions: [],
      changes: [{ service: 'api', change: 'rebuilt' }, ...names.map((service) => ({ service, change: 'unchanged' }))],
    }
    const services = [
      ...input.services.slice(0, 1),
      ...names.map((name) => ({ name, verdict: 'live' as const, words: 'live after 1 s', url: null })),
    ]
    const rows = commentWith({ review, services })
      .split('\n')
      .filter((line) => line.startsWith('| '))
    expect(rows).toEqual([
      '| Service | If merged | Preview | Address |',
      '| :-- | :-- | :-- | :-- |',
      '| **api** | rebuilt | ✅ live after 3.2 s | [open](<https://api.shop-pr-7.example.com/>) |',
      '| 30 others | unchanged | ✅ live |  |',
    ])
  })
})

describe('whatever it is made of', () => {
  const bad = '<img src=x> @octocat [a](https://evil.example) | `x` #1\n\n# b\u202e'

  it('nothing in it is markup, a link or somebody’s name', () => {
    const text = commentWith({
      workspace: bad,
      preview: { ...input.preview, words: bad, url: 'javascript:alert(1)', expires: bad },
      services: [{ name: bad, verdict: 'failed', words: bad, url: 'data:text/html,x' }],
      review: { title: bad, markdown: '', decisions: [], changes: [{ service: bad, change: bad }] },
      notes: [bad],
      links: { page: 'javascript:x', log: null },
    })
    expect(text.replace(/<!-- kyozo preview 7 -->|<\/?sub>/g, '')).not.toMatch(/<[a-z!/]|@\w|#\d|:\/\/|[^\\]\]\(|\u202e/i)
    expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(3)
    expect(text.split('\n').filter((line) => /^#+ /.test(line))).toEqual([expect.stringContaining('### ✅ Preview')])
  })

  it('it is short enough for every host, and says what it leaves out', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({
      name: `s${at}-${'x'.repeat(50)}`,
      verdict: 'failed' as const,
      words: '*'.repeat(400),
      url: `https://s${at}.example/${'y'.repeat(300)}`,
    }))
    const review = {
      ...(input.review as Exclude<PullRequestCommentInput['review'], { readonly failed: string } | null>),
      markdown: 'z'.repeat(48_000),
      decisions: Array.from({ length: 50 }, () => 'd'.repeat(400)),
    }
    const text = commentWith({ services: many, notes: many.map(({ words }) => words), review })
    expect(text.length).toBeLessThanOrEqual(60_000)
    expect(text).toMatch(/^\| and \d+ more services \|/m)
    expect(text).toContain('Left out, since the whole would be too long: plan.')
    expect(text.startsWith('<!-- kyozo preview 7 -->\n')).toBe(true)
  })
})
