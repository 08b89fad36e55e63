// What `npm start` prints: how to begin. A password or token in it is shown this once.
import type { Config } from '../config.ts'

interface Login {
  readonly email: string
  readonly password: string
}

export function greeting(
  config: Config,
  serving: { readonly firstToken: string | undefined; readonly firstPerson: Login | undefined },
  startMs: number,
): string {
  const lines = [
    `kyozo is ready at ${config.baseUrl} (started in ${(startMs / 1000).toFixed(1)} s)`,
    '',
    'Deploy a repository: in its folder,',
    `  git push ${config.baseUrl}/git/<name>.git HEAD:main`,
    `  user name: anything · password: ${serving.firstToken ?? knownToken(config)}`,
    ...(serving.firstToken === undefined ? [] : ['  (the token is shown this once; it is also the bearer token of the API)']),
    '',
    ...(serving.firstPerson === undefined
      ? []
      : [
          `Sign in at ${config.baseUrl}/login`,
          `  e-mail: ${serving.firstPerson.email} · password: ${serving.firstPerson.password}`,
          '  (the password is shown this once)',
          '',
        ]),
    `Its services answer at http://<service>.<name>.${config.baseDomain}${portOf(config)}`,
    `See what runs:         npx kyozo login --server ${config.baseUrl}, then npx kyozo status`,
    ...config.forges.map(({ forge }) => `${`${forge} delivers to`.padEnd(22)} ${config.baseUrl}/webhooks/${forge}`),
    `Everything is kept in  ${config.dataDir}`,
    '',
  ]
  return `${lines.join('\n')}\n`
}

function knownToken(config: Config): string {
  return config.adminToken === undefined
    ? 'the token that the first run showed (lost? start with KYOZO_ADMIN_TOKEN set)'
    : 'KYOZO_ADMIN_TOKEN'
}

/** The embedded edge listens where kyozo does. */
function portOf(config: Config): string {
  const { port } = new URL(config.baseUrl)
  return port === '' ? '' : `:${port}`
}
