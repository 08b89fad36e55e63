// What is asked of a repository that lies with another process is led there, and nowhere else.
import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, expect, it } from 'vitest'
import { forwardGit } from '../../src/api/git-forward.ts'
import type { ReachedHome } from '../../src/pipeline/home.ts'

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function answering(name: string) {
  const asked: string[] = []
  const port = await serve((incoming, answer) => {
    asked.push(incoming.url ?? '')
    answer.end(name)
  })
  return { asked, port }
}

function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers: { authorization: 'Basic mine' } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.once('end', () => resolve(text))
    })
    sent.once('error', reject)
    sent.end()
  })
}

it('a request that names another host is led home all the same, and shows that host nothing', async () => {
  const [home, other] = [await answering('home'), await answering('other')]
  const reached: ReachedHome = {
    ...{ id: 'a', name: 'home', role: 'all', version: '1', credential: Buffer.alloc(0), state: 'running', stoppedAt: null },
    ...{ startedAt: new Date(), seenAt: new Date(), address: `http://127.0.0.1:${home.port}` },
  }
  const app = express().use('/git', (incoming, answer) => forwardGit(incoming, answer, { home: reached, workspace: { name: 'shop' } }))
  const port = await serve(app)
  const place = '/git/shop.git/info/refs?service=git-upload-pack'
  expect(await ask(port, place)).toBe('home')
  expect(await ask(port, `http://127.0.0.1:${other.port}${place}`)).toBe('home')
  expect(home.asked).toEqual([place, place])
  expect(other.asked).toEqual([])
})
