// Fetches an image that nobody builds.
import { KyozoError } from '../../errors.ts'
import { ask, type DockerContext } from './context.ts'
import { asEngineError } from './errors.ts'
import { isFinalRefusal } from './registry-answer.ts'

/** The largest public images take minutes on a slow line. */
const pullDeadlineMs = 15 * 60_000

export async function pullImage(context: DockerContext, image: string, signal?: AbortSignal): Promise<void> {
  try {
    await ask({ tried: `pull ${image}`, deadlineMs: pullDeadlineMs, ...(signal ? { signal } : {}) }, async (abortSignal) => {
      const progress = await context.docker.pull(withTag(image), { abortSignal })
      await new Promise<void>((resolve, reject) => {
        context.docker.modem.followProgress(progress, (error: Error | null) => (error ? reject(error) : resolve()))
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true })
      })
    })
  } catch (error) {
    throw asPullError(asEngineError(error, `pull ${image}`), image)
  }
}

/** Without a tag the engine would fetch every tag there is. */
function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') || name.includes('@') ? image : `${image}:latest`
}

function asPullError(error: KyozoError, image: string): KyozoError {
  if (error.code === 'superseded' || error.code === 'disk_full' || error.code === 'engine_unavailable') return error
  const isMissing = isFinalRefusal(error.message)
  return new KyozoError('pull_failed', error.message, {
    hint: isMissing ? `look at the image's name: ${image} does not exist, or its registry wants a login` : 'the registry did not answer',
    retryable: !isMissing,
    cause: error,
  })
}
