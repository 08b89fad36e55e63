import { afterEach, beforeEach, expect, test } from 'vitest'
import { busyboxImage, type TestStack, testStack } from '../support/stacks.ts'

let mine: TestStack
let theirs: TestStack
beforeEach(async () => {
  mine = await testStack()
  theirs = await testStack()
})
afterEach(async () => {
  await mine.remove()
  await theirs.remove()
})

test('a container of another kyozo is neither seen nor touched', async () => {
  const [foreign] = await theirs.run(theirs.files({ api: {} }), 'api')
  if (!foreign) throw new Error('not created')
  const refused = { code: 'engine_refused', message: `container ${foreign.name} does not belong to this kyozo, so it is left alone` }
  const { engine } = mine
  await expect(engine.remove([foreign.id])).rejects.toMatchObject(refused)
  await expect(engine.stop([foreign.id])).rejects.toMatchObject(refused)
  await expect(engine.start([foreign.id])).rejects.toMatchObject(refused)
  await expect(engine.inspect([foreign.id])).rejects.toMatchObject(refused)
  await expect(engine.logTail(foreign.id, 1)).rejects.toMatchObject(refused)
  await expect(engine.exec(foreign.id, ['true'], 1_000)).rejects.toMatchObject(refused)
  await expect(engine.giveAlias(theirs.identity, 'api', [foreign.id])).rejects.toMatchObject(refused)
  await engine.removeStack({ ...theirs.identity, instance: mine.identity.instance }).catch((error: unknown) => error)
  expect(await theirs.engine.inspect([foreign.id])).toEqual([foreign])
  expect((await engine.observe(theirs.identity, [])).containers).toEqual([])
  expect(await engine.listProjects()).toEqual([])
  expect(await theirs.engine.listProjects()).toEqual([theirs.identity.project])
})

test('a compose project that somebody else uses is left alone', async () => {
  const { project } = mine.identity
  await theirs.docker.createContainer({
    Image: busyboxImage,
    name: `${project}-somebody`,
    Labels: { 'kyozo.instance': theirs.identity.instance, 'com.docker.compose.project': project, 'com.docker.compose.service': 'api' },
  })
  const files = mine.files({ api: {} })
  await mine.engine.prepare(files, [])
  await expect(mine.engine.create({ files, service: 'api', count: 1, withAlias: true })).rejects.toMatchObject({
    code: 'engine_refused',
    message: `the compose project ${project} holds a container that does not belong to this kyozo`,
    hint: `remove or rename ${project}-somebody, or rename the workspace`,
  })
})

test('a network or volume of somebody else with the same name is left alone', async () => {
  const { project } = mine.identity
  const labels = { 'kyozo.instance': theirs.identity.instance }
  await theirs.docker.createVolume({ Name: `${project}_data`, Labels: labels })
  expect(await mine.engine.observe(mine.identity, [])).toMatchObject({ volumes: [], takenVolumes: ['data'] })
  await expect(mine.engine.prepare(mine.files({ api: {} }), ['data'])).rejects.toMatchObject({
    code: 'engine_refused',
    message: `volume ${project}_data exists and does not belong to this kyozo, so it is left alone`,
  })
  await mine.engine.removeStack(mine.identity)
  await theirs.docker.createNetwork({ Name: `${project}_default`, Labels: labels })
  await expect(mine.engine.prepare(mine.files({ api: {} }), [])).rejects.toMatchObject({
    code: 'engine_refused',
    message: `network ${project}_default exists and does not belong to this kyozo, so it is left alone`,
  })
})
