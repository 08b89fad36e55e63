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

/** Each language's tables turned around: kinds by package. */
const kindsByPackage = new Map(Object.values(languages).map((language) => [language, turnAround(language)]))

/** What a package that a service of a type names talks to. */
export function kindsOf(type: ServiceType, name: string): readonly BackingKind[] {
  const language = languages[type]
  const kinds = language === undefined ? undefined : kindsByPackage.get(language)
  if (language === undefined || kinds === undefined) return []
  const { plain = (written: string) => written, partsOf = () => [] } = language
  const written = type === 'deno' ? name.replace(/^(?:npm|jsr):/, '') : name
  return [...new Set([written, ...partsOf(written)].flatMap((one) => kinds.get(plain(one)) ?? []))]
}

/** Whether what a manifest lists counts only once a program imports it. */
export function needsImport(type: ServiceType): boolean {
  return languages[type]?.needsImport === true
}

function turnAround({ drivers, plain = (written: string) => written }: DriverLanguage): ReadonlyMap<string, readonly BackingKind[]> {
  const kinds = new Map<string, BackingKind[]>()
  for (const [kind, packages] of Object.entries(drivers) as [BackingKind, readonly string[]][])
    for (const name of packages) kinds.set(plain(name), [...(kinds.get(plain(name)) ?? []), kind])
  return kinds
}
