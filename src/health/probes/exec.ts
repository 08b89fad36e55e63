// A command inside the container that ends with exit code 0.
import { KyozoError } from '../../errors.ts'
import { oneLine, type ProbeEngine, type ProbeResult } from './probe.ts'

export interface ExecAsked {
  readonly container: string
  readonly command: readonly string[]
  readonly limitMs: number
}

export async function probeExec(engine: ProbeEngine, { container, command, limitMs }: ExecAsked): Promise<ProbeResult> {
  const asked = `\`${oneLine(command.join(' '))}\``
  try {
    const { exitCode, output } = await engine.exec(container, command, limitMs)
    const said = oneLine(output.split('\n').at(-1) ?? '')
    const words = `${asked} ended with exit code ${exitCode}`
    return exitCode === 0 || said === '' ? { hasPassed: exitCode === 0, words } : { hasPassed: false, words, said }
  } catch (error) {
    if (!(error instanceof KyozoError)) throw error
    const words = error.code === 'child_timed_out' ? `${asked}: ${error.message}` : `${asked} could not be run: ${oneLine(error.message)}`
    return error.code === 'engine_unavailable' ? { hasPassed: false, words, isUnknown: true } : { hasPassed: false, words }
  }
}
