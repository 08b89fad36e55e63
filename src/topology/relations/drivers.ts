// The list of languages whose drivers are known, each with its table in drivers/.
import type { BackingKind, ServiceType } from '../topology.ts'
import { dotnet } from './drivers/dotnet.ts'
import type { DriverLanguage } from './drivers/driver.ts'
import { elixir } from './drivers/elixir.ts'
import { golang } from './drivers/golang.ts'
import { java } from './drivers/java.ts'
import { nodejs } from './drivers/nodejs.ts'
import { cpp, crystal, dart, gleam, haskell, swift, zig } from './drivers/others.ts'
import { php } from './drivers/php.ts'
import { python } from './drivers/python.ts'
import { ruby } from './drivers/ruby.ts'
import { rust } from './drivers/rust.ts'

/** Three runtimes share the packages of JavaScript. */
const languages: Readonly<Partial<Record<ServiceType, DriverLanguage>>> = {
  nodejs, bun: nodejs, deno: nodejs, python, golang, java, dotnet, php, ruby, elixir, gleam, rust, swift, haskell, crystal,
  dart, cpp, zig,
} // biome-ignore format: a list

/** Whether a package that a service of a type names talks to a kind of backing service. */
export function isDriver(kind: BackingKind, type: ServiceType, name: string): boolean {
  const language = languages[type]
  const { isPackage = (named: string, item: string) => named === item } = language ?? {}
  return language?.drivers[kind]?.some((item) => isPackage(type === 'deno' ? name.replace(/^npm:/, '') : name, item)) === true
}

/** Whether what a manifest lists counts only once a program imports it. */
export function needsImport(type: ServiceType): boolean {
  return languages[type]?.needsImport === true
}
