// `npm start`: serves until it is told to stop.
import { readConfig } from './config.ts'
import { endProcess } from './end.ts'
import { KyozoError } from './errors.ts'
import { serve } from './serve/serve.ts'

try {
  await serve(readConfig(process.env))
} catch (error) {
  if (!(error instanceof KyozoError)) throw error
  process.stderr.write(`kyozo cannot start: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
  endProcess(error.stage === 'configure' ? 3 : 1)
}
