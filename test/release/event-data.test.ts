import { expect, it } from 'vitest'
import { problemsOfEvent } from '../../src/release/event-data.ts'

it('takes for each type what it says, and nothing else', () => {
  expect(problemsOfEvent('service_scaled', { from: 1, to: 3, cause: 'ada asked' })).toEqual([])
  expect(problemsOfEvent('service_scaled', { from: 1, to: 3, cause: 'ada asked', by: 'ada' })).toEqual([
    'event_data of service_scaled: Unrecognized key: "by"',
  ])
})

it('names the field, and what it must be', () => {
  expect(problemsOfEvent('service_scaled', { from: -1, to: 300, cause: 'x' })).toEqual([
    'event_data.from of service_scaled: Too small: expected number to be >=0',
    'event_data.to of service_scaled: Too big: expected number to be <=100',
  ])
  expect(problemsOfEvent('image_built', { sha: 'main', image: 'kyozo/shop/api:1' })).toEqual([
    'event_data.sha of image_built: must be the id of a commit',
  ])
  expect(problemsOfEvent('configuration_updated', null)).toHaveLength(1)
})
