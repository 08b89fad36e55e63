import { expect, test } from 'vitest'
import { afterLook, type ContainerHealth, provenHealth, sickWords, startedAgain } from '../../src/health/hysteresis.ts'

const bad = 'GET / answered 503'

/** Looks in a row, `P` or `F`; the status after each as a letter: h, u, or f for one that answers by turns. */
function course(looks: string, { before = provenHealth, retries = 3 } = {}): { readonly states: string; readonly last: ContainerHealth } {
  let last: ContainerHealth = before
  let states = ''
  for (const look of looks) {
    last = afterLook(last, { hasPassed: look === 'P', words: bad }, { retries })
    states += last.status === 'healthy' ? 'h' : last.isFlapping ? 'f' : 'u'
  }
  return { states, last }
}

test('three failures in a row are sickness, two answers in a row are health', () => {
  expect(course('PPFFPFFFPFPP').states).toBe('hhhhhhhuuuuh')
  expect(course('FFF').last).toEqual({
    ...{ status: 'unhealthy', isFlapping: false, isUnproven: false },
    ...{ history: 'FFF', words: 'GET / answered 503 (3 of 3)' },
  })
  expect(course('F', { retries: 1 }).last.words).toBe('GET / answered 503 (1 of 1)')
})

test('what is always well is nothing to remember', () => {
  expect(course('P'.repeat(50)).last).toEqual(provenHealth)
  expect(course(`FP${'P'.repeat(24)}`).last).toEqual(provenHealth)
})

test('what fails every second time is said to answer by turns, and is not well and sick by turns', () => {
  const { states, last } = course('PF'.repeat(20))
  expect(states).toMatch(/^h+f+$/)
  expect(states.indexOf('f')).toBeLessThan(10)
  expect(last.words).toBe('answers by turns: 4 of the last 7 checks failed, the last: GET / answered 503')
})

test('what turns well and sick again and again is recognised', () => {
  const { states } = course('FFFPPP'.repeat(8))
  expect(states.match(/hu|uh/g)?.length).toBeLessThan(8)
  expect(states.endsWith('f'.repeat(20))).toBe(true)
})

test('what answered by turns is well after six answers in a row, and then begins anew', () => {
  const { last } = course('FPFPFPFPFP')
  expect(last.isFlapping).toBe(true)
  expect(course('PPPPF', { before: last }).states).toBe('fffff')
  expect(course('PPPPPPF', { before: last }).states).toMatch(/^f+hh+$/)
})

test('an odd failure now and then is no sickness', () => {
  expect(course(`${'P'.repeat(9)}F`.repeat(20)).states).toMatch(/^h+$/)
})

test('what was started again has to answer first', () => {
  expect(course('FPFPP', { before: startedAgain }).states).toBe('uuuuh')
  expect(course('FF', { before: startedAgain }).last).toMatchObject({ isUnproven: true, words: startedAgain.words })
  expect(course('FFF', { before: startedAgain }).last).toMatchObject({ isUnproven: false, words: 'GET / answered 503 (3 of 3)' })
})

test('of several copies it is said how many are well', () => {
  expect(sickWords([`${bad} (3 of 3)`], 1)).toBe('GET / answered 503 (3 of 3)')
  expect(sickWords([`${bad} (3 of 3)`], 3)).toBe('2 of 3 copies healthy: GET / answered 503 (3 of 3)')
})
