// Names of settings as the variables that they can be set by.

/** `spring.data.mongodb.host` and `Redis__Host` read as the variables that they can be set by. */
export function upperCase(name: string): string {
  return /^[A-Z0-9_]{0,100}$/.test(name)
    ? name
    : name
        .slice(0, 100)
        .replace(/[^A-Za-z0-9]+/g, '_')
        .toUpperCase()
}
