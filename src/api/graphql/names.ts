// How the names of the resource descriptions are spelt in GraphQL: types `ServiceInstance`, fields `serviceInstances`, values as in JSON:API.

/** `service_instances` → `serviceInstances`. */
export function camelName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `service_instances` → `ServiceInstances`. */
export function pascalName(name: string): string {
  const camel = camelName(name)
  return camel.charAt(0).toUpperCase() + camel.slice(1)
}

/** `deliveries` → `delivery`. */
export function singularOf(type: string): string {
  return type.endsWith('ies') ? `${type.slice(0, -3)}y` : type.replace(/s$/, '')
}

/** `service_instances` → `ServiceInstance`. */
export function typeName(type: string): string {
  return pascalName(singularOf(type))
}

/** A value of an enumeration is spelt as in JSON:API, or in upper snake case where GraphQL could not read that. */
export function enumValueName(value: string): string {
  if (/^[a-zA-Z][a-zA-Z0-9_]*$/.test(value) && !['true', 'false', 'null'].includes(value)) return value
  const name = value.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
  return /^[A-Z]/.test(name) ? name : `_${name.replace(/^_+/, '')}`
}
