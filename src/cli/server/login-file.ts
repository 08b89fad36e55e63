// Where the command line keeps which kyozo it is logged in to: one file that only its owner may read.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'

const shape = z.object({ server: z.string(), token: z.string() })

export type Login = z.infer<typeof shape>

export function loginFile(): string {
  return path.join(process.env.XDG_CONFIG_HOME || path.join(homedir(), '.config'), 'kyozo', 'login.json')
}

/** Undefined when nobody is logged in. Throws `config_invalid` for a file that is no login. */
export async function readLogin(): Promise<Login | undefined> {
  const file = loginFile()
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new KyozoError('config_invalid', `${file} cannot be read: ${error.code}`, { cause: error })
  })
  if (text === undefined) return undefined
  const login = shape.safeParse(parsed(text))
  if (login.success) return login.data
  throw new KyozoError('config_invalid', `${file} is not a login of kyozo`, { hint: 'kyozo logout removes it, kyozo login writes it anew' })
}

/** Returns the file. It takes the place of an older one whole, and is never readable for others, not even while it is written. */
export async function saveLogin(login: Login): Promise<string> {
  const file = loginFile()
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${process.pid}`
  await writeFile(beside, `${JSON.stringify(login)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(beside, file)
  return file
}

/** Whether there was one. */
export async function forgetLogin(): Promise<boolean> {
  return rm(loginFile()).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw new KyozoError('config_invalid', `${loginFile()} cannot be removed: ${error.code}`, { cause: error })
    },
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
