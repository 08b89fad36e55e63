// The webhook by which a host tells kyozo of a repository: made when somebody asks for it, and put right when something became of it.
import { KyozoError } from '../errors.ts'
import { ownConnectionName } from '../forge/own-connections.ts'
import type { CheckResult } from '../store/ledger-checks.ts'
import { keepWebhook, type Workspace } from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'
import { workspaceOf } from './operations/about.ts'
import type { OperationWork } from './operations/operation.ts'

/** Where the host sends what it has to say of a connection's repositories. */
export function webhookUrl(baseUrl: string, { forge, connection }: Pick<Workspace, 'forge' | 'connection'>): string {
  return connection === null || connection === ownConnectionName(forge)
    ? `${baseUrl}/webhooks/${forge}`
    : `${baseUrl}/webhooks/${forge}/${connection}`
}

/** Throws `forge_refused` with what a person has to do, and `forge_unavailable` when it is tried again. */
export async function seeToWebhook(
  kyozo: Pick<Kyozo, 'connections' | 'config'>,
  workspace: Workspace,
): Promise<'there' | 'made' | 'repaired'> {
  const { repositoryId: id, repositoryName: fullName, connection, name } = workspace
  if (id === null || fullName === null)
    throw new KyozoError('forge_refused', `${name} is pushed to directly, so there is no webhook to see to`)
  const ask = kyozo.connections.client(connection ?? '')?.ask
  if (ask === undefined)
    throw new KyozoError(
      'forge_refused',
      `the connection ${connection} has no credential, so kyozo cannot see to the webhook of ${fullName}`,
      {
        hint: `give it a token, or add a webhook yourself: ${webhookUrl(kyozo.config.baseUrl, workspace)}`,
      },
    )
  return ask.ensureWebhook({ id, fullName }, { url: webhookUrl(kyozo.config.baseUrl, workspace) })
}

const found = {
  there: 'the webhook is as it should be',
  made: 'there was no webhook, and one was made',
  repaired: 'the webhook was not as it should be, and was put right',
} as const

export const registerWebhook: OperationWork = async (operation, { kyozo }) => {
  const workspace = await workspaceOf(operation, kyozo.db)
  const came = await seeToWebhook(kyozo, workspace)
  await keepWebhook(kyozo.db, workspace.id)
  return { kind: 'done', words: `${found[came]}; it leads to ${webhookUrl(kyozo.config.baseUrl, workspace)}`, result: { webhook: came } }
}

/** What a check stores of it. */
export async function checkWebhook(
  kyozo: Pick<Kyozo, 'connections' | 'config'>,
  workspace: Workspace,
): Promise<Omit<CheckResult, 'missed'>> {
  const came = await seeToWebhook(kyozo, workspace)
  const findings = came === 'there' ? [] : [{ event: 'webhook', words: found[came] }]
  return { compared: 1, recovered: findings.length, askedAgain: 0, words: found[came], error: null, found: findings }
}
