// Imported into a kyozo process before everything else: at the step that the file says which KYOZO_TEST_ORDER names, the process ends as in a power cut
// (`end repair.acted`), once, or waits for as long as the file says so (`hold stage.apply`).
import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { StepListener } from '../../src/steps.ts'

const file = process.env.KYOZO_TEST_ORDER ?? ''

const listener: StepListener = async (step) => {
  if (order() === `end ${step}`) {
    rmSync(file)
    process.kill(process.pid, 'SIGKILL')
  }
  if (order() !== `hold ${step}`) return
  process.stdout.write(`held at ${step}\n`)
  while (order() === `hold ${step}`) await delay(20)
}

function order(): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

Object.assign(globalThis, { [Symbol.for('kyozo.steps')]: listener })
