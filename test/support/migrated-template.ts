/** A database on the tests' server that every migration has run on, and that nobody is connected to: others are made from it. */
export const migratedTemplate = 'kyozo_migrated'
