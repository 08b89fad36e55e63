// The commands as a shell needs to know them: what may follow what. Pure.
import type { Command } from 'commander'

export interface Shape {
  /** `kyozo secrets set`. */
  readonly path: string
  readonly description: string
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly OptionShape[]
  /** What its arguments are; undefined for what only the person knows. */
  readonly values: Values | undefined
}

export interface OptionShape {
  /** `--follow`, and `-f` where there is one. */
  readonly flags: readonly string[]
  readonly description: string
  readonly takesValue: boolean
  readonly values: Values | undefined
}

export type Values =
  /** A file or folder; shells know these themselves. */
  | { readonly kind: 'files' }
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'names'; readonly of: NameKind }

export type NameKind = 'workspaces' | 'environments' | 'services' | 'targets'

/** What `__complete` is asked for. */
export function completionKind(kind: string): NameKind | undefined {
  return kind === 'workspaces' || kind === 'environments' || kind === 'services' || kind === 'targets' ? kind : undefined
}

/** The name of an argument or of an option's value, as its usage shows it, says what can stand there. */
const kindsOfNames: Readonly<Record<string, NameKind>> = {
  workspace: 'workspaces',
  'workspace/environment': 'environments',
  service: 'services',
  target: 'targets',
}

/** A command and all below it, hidden ones left out. */
export function shapesOf(command: Command, prefix = ''): readonly Shape[] {
  const path = `${prefix}${command.name()}`
  const visible = command.createHelp().visibleCommands(command)
  const own: Shape = {
    path,
    description: command.description(),
    commands: visible.map((one) => ({ name: one.name(), description: one.description() })),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => ({
        flags: [option.long, option.short].filter((flag) => flag != null),
        description: option.description,
        takesValue: option.required || option.optional,
        values: valuesOf(/<([^>.]+)(?:\.\.\.)?>/.exec(option.flags)?.[1] ?? '', option.argChoices),
      })),
    values: command.registeredArguments
      .map((argument) => valuesOf(argument.name(), argument.argChoices))
      .find((values) => values !== undefined),
  }
  return [own, ...visible.filter((one) => one.name() !== 'help').flatMap((one) => shapesOf(one, `${path} `))]
}

function valuesOf(name: string, choices: readonly string[] | undefined): Values | undefined {
  if (choices !== undefined) return { kind: 'choices', choices }
  if (name === 'dir' || name === 'path') return { kind: 'files' }
  const of = kindsOfNames[name]
  return of === undefined ? undefined : { kind: 'names', of }
}
