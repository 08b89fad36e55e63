// A stored message as data that can be trusted to be what it says.
import { z } from 'zod'
import type {
  CommentReaction,
  CommentReply,
  CommitCheck,
  CommitStatus,
  ForgeDeployment,
  ForgeMessage,
  MessageKind,
  StickyComment,
} from './messages.ts'

const repository = z.object({ id: z.string(), fullName: z.string() })
const pullRequest = z.int().positive()

const status: z.ZodType<CommitStatus> = z.object({
  repository,
  sha: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  context: z.string(),
  description: z.string(),
  targetUrl: z.string().nullable(),
})

const written = z.object({ repository, pullRequest, marker: z.string(), body: z.string() })
const comment: z.ZodType<StickyComment> = written
const reply: z.ZodType<CommentReply> = written

const reaction: z.ZodType<CommentReaction> = z.object({
  repository,
  pullRequest,
  comment: z.string(),
  reaction: z.enum(['heard', 'done', 'refused']),
})

const deployment: z.ZodType<ForgeDeployment> = z.object({
  repository,
  sha: z.string(),
  ref: z.string(),
  environment: z.string(),
  isTransient: z.boolean(),
  isProduction: z.boolean(),
  state: z.enum(['pending', 'running', 'success', 'failure', 'inactive']),
  description: z.string(),
  url: z.string().nullable(),
  logUrl: z.string(),
})

const check: z.ZodType<CommitCheck> = z.object({
  repository,
  sha: z.string(),
  name: z.string(),
  conclusion: z.enum(['success', 'failure', 'needs_decision']),
  title: z.string(),
  text: z.string(),
  targetUrl: z.string(),
})

const schemas: { readonly [Kind in MessageKind]: z.ZodType<Omit<ForgeMessage & { readonly kind: Kind }, 'kind'>> } = {
  status,
  comment,
  reply,
  reaction,
  deployment,
  check,
}

/** Undefined for a kind or a payload that this version does not know. */
export function readMessage({ kind, payload }: { readonly kind: string; readonly payload: unknown }): ForgeMessage | undefined {
  if (!Object.hasOwn(schemas, kind)) return undefined
  const read = schemas[kind as MessageKind].safeParse(payload)
  return read.success ? ({ kind, ...read.data } as ForgeMessage) : undefined
}
