// What a variable of the configuration may look like, each kind with the words that say so.
import { isIP } from 'node:net'
import { z } from 'zod'

export const port = z.coerce.number().int().min(0).max(65_535)
export const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
export const hostName = z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'must be a host name')
export const portRange = z
  .string()
  .regex(/^\d{4,5}-\d{4,5}$/, 'must be a range such as 20000-29999')
  .transform((text) => {
    const [from = 0, to = 0] = text.split('-').map(Number)
    return { from, to }
  })
  .refine(({ from, to }) => from >= 1_024 && to <= 65_535 && from <= to, 'must lie between 1024 and 65535, the lower number first')
export const networkPool = z
  .cidrv4('must be an IPv4 range such as 10.213.0.0/16')
  .refine((range) => Number(range.split('/')[1]) >= 8 && Number(range.split('/')[1]) <= 24, 'must be between /8 and /24')
/** A shorter one can be guessed. */
export const secret = z.string().min(16, 'must be at least 16 characters')

/** Comma-separated. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)
export const origins = list.refine(
  (all) => all.every(isOrigin),
  'must be origins such as https://dashboard.example.com, separated by commas',
)

export const proxies = list.refine(
  (all) => all.every(isNetwork),
  'must be addresses or networks such as 10.0.0.0/8, or loopback, separated by commas',
)

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0) return text === 'loopback' || text === 'linklocal' || text === 'uniquelocal'
  return rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)
}

/** age's own form is checked where something is encrypted to them. */
export const ageRecipients = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((recipient) => recipient !== ''))
  .refine((all) => all.every((recipient) => /^age1[a-z0-9]{10,}$/.test(recipient)), 'must be age recipients (age1…), separated by commas')
