// better-auth on kyozo's tables. Opened on the whole database for requests, or inside a transaction for a change that is audited with it.
import { apiKey } from '@better-auth/api-key'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { deviceAuthorization, genericOAuth, organization } from 'better-auth/plugins'
import type { GithubSignIn } from '../config-forges.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Executor } from '../store/database.ts'
import { newTokenValue, shownCharacters, tokenPrefix } from '../store/tokens.ts'
import { actAsViewer } from './acting.ts'
import { userGates } from './gates.ts'
import { githubProvider } from './github.ts'

export interface LibraryOptions {
  /** Signs cookies and encrypts what is kept of an OAuth sign-in; derived from the secret key, kept nowhere. */
  readonly secret: string
  readonly baseUrl: string
  /** Undefined where GitHub is not offered for signing in. */
  readonly githubSignIn: GithubSignIn | undefined
  readonly log: Pick<Log, 'error'>
}

export type Library = ReturnType<typeof openLibrary>

const sessionSeconds = 7 * 24 * 3_600
const invitationSeconds = 7 * 24 * 3_600
/** A passphrase of four words, or twelve random letters. */
export const shortestPassword = 12
export const longestPassword = 128
/** The name of the command line among those that ask for a device code. */
export const terminalClient = 'kyozo'
/** The proxy's word is taken only where api/ trusts the proxy; it writes the address here and drops what a client wrote. */
export const addressHeader = 'x-kyozo-address'

export function openLibrary(db: Executor, options: LibraryOptions) {
  return betterAuth({
    appName: 'kyozo',
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    secret: options.secret,
    // Inside a transaction of ours there must be no other.
    database: { db, type: 'postgres', transaction: !db.isTransaction },
    telemetry: { enabled: false },
    // Limits are kyozo's own (limits.ts): the library's would count a request a second time.
    rateLimit: { enabled: false },
    logger: {
      level: 'error',
      disableColors: true,
      log: (_level, message) => options.log.error({ message }, 'the access library met a failure'),
    },
    onAPIError: { errorURL: `${options.baseUrl}/login` },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: shortestPassword,
      maxPasswordLength: longestPassword,
      // The page that accepts an invitation signs in by itself, after the membership is there.
      autoSignIn: false,
    },
    account: {
      modelName: 'accounts',
      encryptOAuthTokens: true,
      // Whoever can receive an address's mail at GitHub need not be the person who has it here.
      accountLinking: { enabled: false },
    },
    session: {
      modelName: 'sessions',
      expiresIn: sessionSeconds,
      // Reading changes nothing, so a session ends seven days after its login however much it is used.
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    user: { modelName: 'users' },
    verification: { modelName: 'verifications' },
    databaseHooks: userGates(db),
    plugins: [
      actAsViewer(),
      organization({
        schema: organizationTables,
        membershipLimit: 10_000,
        invitationLimit: 1_000,
        invitationExpiresIn: invitationSeconds,
        // The invitation's address, which only the invited person is given, stands for the mailbox: kyozo sends no mail.
        requireEmailVerificationOnInvitation: false,
      }),
      apiKey({
        schema: { apikey: { modelName: 'apiKeys' } },
        customKeyGenerator: () => newTokenValue(),
        defaultPrefix: tokenPrefix,
        startingCharactersConfig: { shouldStore: true, charactersLength: shownCharacters },
        maximumNameLength: 100,
        keyExpiration: { minExpiresIn: 0, maxExpiresIn: 3_660 },
        rateLimit: { enabled: false },
      }),
      deviceAuthorization({
        schema: { deviceCode: { modelName: 'deviceCodes' } },
        verificationUri: `${options.baseUrl}/device`,
        expiresIn: '10m',
        interval: '2s',
        validateClient: (client) => client === terminalClient,
      }),
      ...(options.githubSignIn === undefined ? [] : [genericOAuth({ config: [githubProvider(options.githubSignIn)] })]),
    ],
    advanced: {
      cookiePrefix: 'kyozo',
      useSecureCookies: options.baseUrl.startsWith('https://'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: () => newId(), validateSchema: false },
    },
  } satisfies BetterAuthOptions)
}

/** What the library calls an organization is a team here. */
const organizationTables = {
  session: { fields: { activeOrganizationId: 'activeTeamId' } },
  organization: { modelName: 'teams' },
  member: { modelName: 'members', fields: { organizationId: 'teamId' } },
  invitation: { modelName: 'invitations', fields: { organizationId: 'teamId' } },
}
