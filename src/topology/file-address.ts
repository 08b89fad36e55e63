// Addresses of databases that are a file, or that live inside of the program.

const file = /^(?:sqlite\d?(?:\+\w{1,20})?:|(?:jdbc|r2dbc):(?:h2|sqlite|hsqldb|derby):|file:[^\s?]{0,300}\.(?:db|db3|sqlite3?)(?:\?|$))/i

export function isFileAddress(value: string): boolean {
  return file.test(value)
}
