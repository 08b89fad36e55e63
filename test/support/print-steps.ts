// Imported into a kyozo process before everything else: prints each named step of the story as it is reached.
import type { StepListener } from '../../src/steps.ts'

const listener: StepListener = (step, subject) => void process.stdout.write(`step ${step} ${subject}\n`)

Object.assign(globalThis, { [Symbol.for('kyozo.steps')]: listener })
