// How PostgreSQL's types come and go, as kysely sees them.
import type { ColumnType, GeneratedAlways } from 'kysely'

export type Time = ColumnType<Date, Date | undefined, Date>
export type OptionalTime = ColumnType<Date | null, Date | null | undefined, Date | null>
/** Written as JSON text, read as data. */
export type Json<T> = ColumnType<T, string, string>
export type OptionalJson<T> = ColumnType<T | null, string | null | undefined, string | null>
/** JSON with a default of the database. */
export type DefaultJson<T> = ColumnType<T, string | undefined, string>
/** A bigint, which pg gives as text. */
export type Sequence = GeneratedAlways<string>
