// The people, organizations and bots of the double.
import type { Account } from './state.ts'

export interface Accounts {
  /** Somebody of this login; made the first time. */
  named(login: string): Account
  withId(id: number): Account | undefined
  /** Undefined for a login that nobody has now. */
  withLogin(login: string): Account | undefined
  /** Who an app is when it does something. */
  botOf(app: { readonly appId: string; readonly slug: string }): Account
  rename(login: string, to: string): void
}

export function createAccounts(): Accounts {
  const all: Account[] = []
  const withLogin = (login: string) => all.find((account) => account.login.toLowerCase() === login.toLowerCase())
  const add = (account: Omit<Account, 'id'>): Account => {
    const added = { ...account, id: 583_000 + all.length }
    all.push(added)
    return added
  }
  return {
    named: (login) => withLogin(login) ?? add({ login, type: 'User' }),
    withId: (id) => all.find((account) => account.id === id),
    withLogin,
    botOf: ({ appId, slug }) => all.find((account) => account.appId === appId) ?? add({ login: `${slug}[bot]`, type: 'Bot', appId }),
    rename(login, to) {
      const account = withLogin(login)
      if (account === undefined) throw new Error(`nobody is called ${login}`)
      account.login = to
    },
  }
}
