// Variables that a service does not start without and that nothing fills: not the repository, not kyozo, and no secret that is known.
import type { Continued } from './continued.ts'
import type { MissingVariables, ReviewedSide, ReviewInput } from './review.ts'

/** Those that were not missing before. */
export function missingVariables(
  { before, after }: Pick<ReviewInput, 'before' | 'after'>,
  continued: ReadonlyMap<string, Continued>,
): readonly MissingVariables[] {
  return after.stack.services.flatMap(({ name }) => {
    const was = continued.get(name)?.before.name
    const known = before === null || was === undefined ? [] : missingOf(was, before)
    const variables = missingOf(name, after).filter((variable) => !known.includes(variable))
    return variables.length === 0 ? [] : [{ service: name, variables }]
  })
}

function missingOf(name: string, { topology, stack }: ReviewedSide): readonly string[] {
  const environment = stack.document.services[name]?.environment
  const given = typeof environment === 'object' && environment !== null ? Object.keys(environment) : []
  const secrets = stack.services.find((service) => service.name === name)?.secrets ?? []
  const filled = new Set([...given, ...secrets])
  const read = topology.services.find((spec) => spec.name === name)?.environment ?? []
  return read.filter((variable) => variable.required && !filled.has(variable.name)).map((variable) => variable.name)
}
