// Whether a build waits for nothing but a registry, as its plain output tells: a registry that accepts a question and never answers it would hold a
// build for as long as builds may take. Pure.

export interface FetchWatch {
  take(line: string): void
  /** What is being fetched while no other step is under way; undefined while something else is. */
  fetching(): string | undefined
}

/** A step's lines begin with its number, from 1; the first one says what it is, and one of four words ends it (BuildKit, util/progress/progressui). */
const stepLine = /^#([1-9]\d*) (.*)$/
const endLine = /^(DONE|CACHED|CANCELED|ERROR)\b/
/** `[internal] load metadata for docker.io/library/node:24`, `[auth] library/node:pull token for …`, `[build 1/7] FROM docker.io/library/node:24@sha256:…`. */
const fetchStep = /^\[(?:internal\] load metadata for|auth\]|[^\]]*\] FROM) (\S+)/

export function fetchWatch(): FetchWatch {
  const open = new Map<string, { readonly image: string | undefined; isUnpacking: boolean }>()
  return {
    take(line) {
      const [, number, said] = stepLine.exec(line) ?? []
      if (number === undefined || said === undefined) return
      if (endLine.test(said)) {
        open.delete(number)
        return
      }
      const named = fetchStep.exec(said)
      const known = open.get(number)
      if (known === undefined || named) open.set(number, { image: named?.[1], isUnpacking: false })
      else known.isUnpacking = said.startsWith('extracting ')
    },
    fetching() {
      const steps = [...open.values()]
      return steps.every(({ image, isUnpacking }) => image !== undefined && !isUnpacking) ? steps.at(-1)?.image : undefined
    },
  }
}
