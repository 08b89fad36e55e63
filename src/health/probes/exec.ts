// A command inside the container that ends with exit code 0.
import { KyozoError } from '../../errors.ts'
import { type ProbeEngine, type ProbeResult, probeLimitMs } from './probe.ts'

/** Starting a program in a container takes longer than a connection does. */
const execLimitMs = 5 * probeLimitMs

export async function probeExec(engine: ProbeEngine, container: string, command: readonly string[]): Promise<ProbeResult> {
  const asked = `\`${command.join(' ')}\``
  try {
    const { exitCode, output } = await engine.exec(container, command, execLimitMs)
    const said = output.split('\n').at(-1) ?? ''
    return { hasPassed: exitCode === 0, words: `${asked} ended with exit code ${exitCode}${said && exitCode !== 0 ? `: ${said}` : ''}` }
  } catch (error) {
    if (!(error instanceof KyozoError)) throw error
    return { hasPassed: false, words: `${asked} could not be run: ${error.message}` }
  }
}
