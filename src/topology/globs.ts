// Globs from a repository, matched in bounded time: a matcher is a regular expression, and one with many stars in a row backtracks without end.
import picomatch from 'picomatch'

/** Whether a glob is simple enough to match: at most two stars in a segment, three `**`, and no extended groups. */
export function isSimpleGlob(glob: string): boolean {
  const segments = glob.replace(/^!/, '').split('/')
  const stars = segments.filter((segment) => segment !== '**').map((segment) => segment.split('*').length - 1)
  const braces = glob.split('{').length - 1
  return (
    stars.every((count) => count <= 2) &&
    segments.length - stars.length <= 3 &&
    braces <= 3 &&
    glob.length <= 500 &&
    !/[+@?*!]\(/.test(glob)
  )
}

/** Tells whether a path, or a folder above it, matches one of the globs; a glob that starts with `!` takes paths out again. */
export function createMatcher(globs: readonly string[]): (path: string) => boolean {
  const clean = globs.filter(isSimpleGlob).map((glob) => glob.replace(/^(!?)\.?\//, '$1').replace(/\/$/, ''))
  const options = { dot: true, noextglob: true }
  const wanted = clean.filter((glob) => !glob.startsWith('!'))
  if (wanted.length === 0) return () => false
  const matches = picomatch(wanted, options)
  const excludes = picomatch(
    clean.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)),
    options,
  )
  return (path) => matches(path) && !excludes(path)
}
