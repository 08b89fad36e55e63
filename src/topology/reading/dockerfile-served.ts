// Which stage of a Dockerfile serves, when its last one is there for tests or for whoever works on it.
import type { DockerfileStage } from './dockerfile.ts'

/** Words in the name of a stage that serves nobody. */
const sideWords = new Set([
  'test', 'tests', 'testing', 'unittest', 'e2e', 'nightly', 'upload', 'artifact', 'artifacts', 'dev', 'devel', 'develop', 'development', 'devcontainer',
  'lint', 'linter', 'ci', 'debug', 'coverage', 'docs', 'bench', 'benchmark',
]) // biome-ignore format: a list

/** Words in the name of a stage that is made to be served from, whatever comes after it. */
const servingWords = new Set([
  'release', 'prod', 'production', 'runner', 'runtime', 'run', 'final', 'app', 'server', 'serve', 'deploy', 'main',
]) // biome-ignore format: a list

/**
 * The name of the stage that production builds, or undefined when that is the last one: of earlier stages one that is named for serving, else
 * the last that runs something.
 */
export function servedStage(stages: readonly DockerfileStage[], runs: (at: number) => boolean): string | undefined {
  const last = stages.at(-1)
  if (last?.name === undefined || !isAside(last.name)) return undefined
  const others = stages.map(({ name = '' }, at) => ({ name, at })).filter(({ name, at }) => name !== '' && !isAside(name) && runs(at))
  return (others.findLast(({ name }) => wordsOf(name).every((word) => servingWords.has(word))) ?? others.at(-1))?.name
}

function isAside(name: string): boolean {
  return wordsOf(name).some((word) => sideWords.has(word))
}

/** `pr-test2` as `pr` and `test`. */
function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .slice(0, 200)
    .split(/[-_.]/)
    .map((word) => word.replace(/\d{1,10}$/, ''))
    .filter((word) => word !== '')
}
