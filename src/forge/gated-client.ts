// A client behind its connection's gate: what it is asked while the host is away is refused at once, and one repository takes no more than its share.
// Statuses do not go this way: the outbox has its own patience with a host, which all processes share.
import type { Gate } from '../gate.ts'
import type { ForgeClient } from './forge.ts'
import type { DeliveryRecord } from './record.ts'

export function gatedClient(client: ForgeClient, gate: Gate): ForgeClient {
  const { findRepository, record } = client
  return {
    postStatus: client.postStatus,
    fetchToken: (request) => gate.run(() => client.fetchToken(request), { subject: request.fullName }),
    ...(findRepository === undefined
      ? {}
      : { findRepository: (repository) => gate.run(() => findRepository(repository), { subject: repository.fullName }) }),
    ...(record === undefined ? {} : { record: gatedRecord(record, gate) }),
  }
}

function gatedRecord(record: DeliveryRecord, gate: Gate): DeliveryRecord {
  return {
    isShared: record.isShared,
    list: (request) => gate.run(() => record.list(request), { subject: request.repository?.fullName }),
    read: (sent, repository) => gate.run(() => record.read(sent, repository), { subject: repository?.fullName }),
    sendAgain: (sent, repository) => gate.run(() => record.sendAgain(sent, repository), { subject: repository?.fullName }),
  }
}
