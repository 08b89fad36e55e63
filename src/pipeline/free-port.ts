// Whether a port of this machine can be had. An engine elsewhere, or around kyozo's own container, finds out by itself what kyozo cannot see.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

export interface MachinePort {
  readonly address: string
  readonly host: number
  readonly protocol: 'tcp' | 'udp'
}

export function isPortFree({ address, host, protocol }: MachinePort): Promise<boolean> {
  return new Promise((resolve) => {
    // An address that this machine does not have says nothing about the port.
    const failed = (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE')
    if (protocol === 'tcp') {
      const server = createServer().once('error', failed)
      server.listen({ host: address, port: host, exclusive: true }, () => server.close(() => resolve(true)))
      return
    }
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').once('error', failed)
    socket.bind({ address, port: host, exclusive: true }, () => socket.close(() => resolve(true)))
  })
}
