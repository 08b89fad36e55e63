// The Git hosts kyozo knows. Adding one is a folder beside this file and a line here.
import type { Forge } from './forge.ts'
import { gitea } from './gitea/gitea.ts'
import { github } from './github/github.ts'
import { gitlab } from './gitlab/gitlab.ts'

export const forges = { github, gitea, gitlab } as const satisfies Record<string, Forge>

export type ForgeName = keyof typeof forges

export const forgeNames = Object.keys(forges) as readonly ForgeName[] as readonly [ForgeName, ...ForgeName[]]

export function isForgeName(name: string): name is ForgeName {
  return Object.hasOwn(forges, name)
}
