// The process's own log: one JSON line an event on standard error. What users read lives in the database.
import pino from 'pino'

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export function createLog(level: string): Log {
  return pino(
    { level, base: { pid: process.pid }, serializers: { error: pino.stdSerializers.err } },
    pino.destination({ fd: 2, sync: true }),
  )
}
