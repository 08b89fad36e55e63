import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What runs against a whole kyozo takes longest, and is begun first: at the end nothing long is left alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) =>
      ['/test/faults/', '/test/e2e/', '/test/cli/', '/test/templates/'].findIndex((folder) => moduleId.includes(folder))
    const isLong = (file: TestSpecification) => rank(file) >= 0
    return [...sorted.filter(isLong).sort((a, b) => rank(a) - rank(b)), ...sorted.filter((file) => !isLong(file))]
  }
}

/** Rooms that are pure need neither an engine nor processes of their own; but for what is compared with Docker itself. */
const pure = 'test/{topology,stack,reconcile,release}/**/!(against-*|clone).test.ts'

export default defineConfig({
  // Node takes this file of the package and Vite another one; what comes from one is foreign to the other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    pool: 'forks',
    // For a machine that is ten times as slow as a quiet one.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Written for two cores: what runs against a whole kyozo waits for a third of its time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: [pure], isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [pure],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/check-answers.ts'],
        },
      },
    ],
  },
})
