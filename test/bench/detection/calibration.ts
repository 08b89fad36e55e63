// Whether kyozo is as sure as it may be: of the services that it calls 90 % sure, how many are right? Pure.
import type { Score } from './score.ts'

const bounds = [0.5, 0.6, 0.7, 0.8, 0.9, 1.01]

export interface Band {
  readonly from: number
  readonly to: number
  readonly right: number
  readonly of: number
}

export function calibrate(judged: Score['judged']): Band[] {
  return bounds.slice(0, -1).map((from, index) => {
    const to = bounds[index + 1] as number
    const inside = judged.filter(({ confidence }) => confidence >= from && confidence < to)
    return { from, to: Math.min(to, 1), right: inside.filter(({ isRight }) => isRight).length, of: inside.length }
  })
}

export function formatCalibration(bands: readonly Band[]): string {
  const rows = bands.map(({ from, to, right, of }) => `| ${from.toFixed(1)}–${to.toFixed(1)} | ${of} | ${right} | ${percent(right, of)} |`)
  return ['| Confidence | Services | Right | |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')
}

export function percent(right: number, of: number): string {
  return of === 0 ? '-' : `${((right / of) * 100).toFixed(1)} %`
}
