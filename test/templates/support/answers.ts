// Builds what detection finds, runs it confined, and asks it.
import { afterAll, expect } from 'vitest'
import { detected } from './detected.ts'
import { buildImage, removeImage, runContainer } from './images.ts'
import type { Files } from './services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

export interface Asked {
  /** The service's folder. Default is the root. */
  readonly at?: string
  /** Default is `/`. */
  readonly paths?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** What the service answers to each path, once it is built and healthy by its own check. */
export async function answersOf(files: Files, { at = '.', paths = ['/'], environment = {} }: Asked = {}): Promise<string[]> {
  const built = await buildImage(detected(files, at), files)
  images.add(built.image)
  const container = await runContainer(built, { environment })
  try {
    const answers: string[] = []
    for (const path of paths) answers.push(await (await container.ask(path)).text())
    expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
    return answers
  } finally {
    await container.stop()
  }
}
