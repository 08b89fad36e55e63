import { z } from 'zod'
import { integer, oneOf, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one } from './shapes.ts'

const port = z.int().min(1).max(65_535)

export const portAllocations: Resource = {
  type: 'port_allocations',
  description: 'Ports of the machine that services were promised.',
  table: 'portAllocations',
  attributes: {
    service: text('The name of the service.', { sort: true, filter: 'equal' }),
    container_port: integer('The port inside its containers.', { sort: true, shape: port }),
    protocol: oneOf(['tcp', 'udp'], 'The protocol.', { sort: true, filter: 'equal' }),
    host_port: integer('The port of the machine.', { sort: true, filter: 'range', shape: port }),
    created_at: createdAt,
  },
  relationships: { environment: one('environments', 'environmentId', 'The environment.') },
  read: 'port_allocations.read',
  subject: {},
}
