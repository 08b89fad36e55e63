// Names are snake case in JSON:API, as in the database, and camel case in the code.

/** `repositoryUrl` → `repository_url`. */
export function memberName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `repository_url` → `repositoryUrl`. */
export function columnName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
