// A client behind its connection's gate: what it is asked while the host is away is refused at once, and one repository takes no more than its share.
// What is told does not go this way: the outbox has its own patience with a host, which all processes share.
import type { Gate } from '../gate.ts'
import type { ForgeClient, ForgeQuestions } from './client.ts'
import type { DeliveryRecord } from './record.ts'

export function gatedClient(client: ForgeClient, gate: Gate): ForgeClient {
  const { ask, record, windows } = client
  return {
    send: client.send,
    ...(windows === undefined ? {} : { windows }),
    fetchToken: (request) => gate.run(() => client.fetchToken(request), { subject: request.fullName }),
    ...(ask === undefined ? {} : { ask: gatedQuestions(ask, gate) }),
    ...(record === undefined ? {} : { record: gatedRecord(record, gate) }),
  }
}

function gatedQuestions(ask: ForgeQuestions, gate: Gate): ForgeQuestions {
  const behind = <T>(subject: string, work: () => Promise<T>) => gate.run(work, { subject })
  return {
    findRepository: (repository) => behind(repository.fullName, () => ask.findRepository(repository)),
    listBranches: (repository) => behind(repository.fullName, () => ask.listBranches(repository)),
    findPullRequest: (repository, number) => behind(repository.fullName, () => ask.findPullRequest(repository, number)),
    listPullRequests: (repository) => behind(repository.fullName, () => ask.listPullRequests(repository)),
    mayWrite: (repository, user) => behind(repository.fullName, () => ask.mayWrite(repository, user)),
    openPullRequest: (repository, request) => behind(repository.fullName, () => ask.openPullRequest(repository, request)),
    ensureWebhook: (repository, webhook) => behind(repository.fullName, () => ask.ensureWebhook(repository, webhook)),
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
