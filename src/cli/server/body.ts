// Documents that requests carry (https://jsonapi.org/format/1.1/#crud).

export interface Given {
  readonly attributes?: Readonly<Record<string, unknown>>
  /** Name → type and id; an undefined one is left out. */
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly id: string } | undefined>>
}

export function bodyOf(type: string, given: Given & { readonly id?: string }): object {
  const relationships = Object.entries(given.relationships ?? {}).flatMap(([name, data]) =>
    data === undefined ? [] : [[name, { data: { type: data.type, id: data.id } }] as const],
  )
  const attributes = Object.entries(given.attributes ?? {}).filter(([, value]) => value !== undefined)
  return {
    data: {
      type,
      ...(given.id === undefined ? {} : { id: given.id }),
      ...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
      ...(relationships.length === 0 ? {} : { relationships: Object.fromEntries(relationships) }),
    },
  }
}
