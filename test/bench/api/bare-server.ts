// The other side: node:http, a pool of connections and JSON.stringify, without tokens, rights, validation or JSON:API. Runs as a process of its own:
// `bare-server.ts <database url>`; GET /<number of the read>/<id> answers the rows, and the port is the first line that it prints.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { reads } from './reads.ts'

/** As many as kyozo has. */
const pool = new pg.Pool({ connectionString: process.argv[2]!, max: 20 })

const server = createServer(async (request, response) => {
  const [, number, id] = request.url!.split('/')
  const rows = []
  for (const text of reads[Number(number)]!.statements) {
    // Named, so that each connection plans it once.
    rows.push((await pool.query({ name: `${number} ${rows.length}`, text, values: text.includes('$1') ? [id] : [] })).rows)
  }
  const body = Buffer.from(JSON.stringify(rows.length === 1 ? rows[0] : rows))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
})

server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
