import type { Forge } from '../forge.ts'
import { createGitHubClient } from './client.ts'
import { deliveryHeaders, keptHeaders } from './headers.ts'
import { parse } from './parse.ts'
import { isSigned, verify } from './verify.ts'

export const github: Forge = { name: 'github', isSigned, verify, deliveryHeaders, keptHeaders, parse, connect: createGitHubClient }
