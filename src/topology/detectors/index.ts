// The list of what kyozo can tell. Its order means nothing: evidence decides (claim.ts).
import type { Detector } from '../claim.ts'
import { bun } from './bun.ts'
import { composeStack } from './compose-stack.ts'
import { containerized } from './containerized.ts'
import { cpp } from './cpp.ts'
import { crystal } from './crystal.ts'
import { dart } from './dart.ts'
import { database } from './database.ts'
import { deno } from './deno.ts'
import { dotnet } from './dotnet.ts'
import { elixir } from './elixir.ts'
import { flutter } from './flutter.ts'
import { gleam } from './gleam.ts'
import { golang } from './golang.ts'
import { haskell } from './haskell.ts'
import { java } from './java.ts'
import { kubernetes } from './kubernetes.ts'
import { nodejs } from './nodejs.ts'
import { php } from './php.ts'
import { proxy } from './proxy.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { rust } from './rust.ts'
import { staticSite } from './static-site.ts'
import { swift } from './swift.ts'
import { zig } from './zig.ts'

export const detectors: readonly Detector[] = [
  nodejs,
  bun,
  deno,
  python,
  golang,
  rust,
  cpp,
  dart,
  zig,
  swift,
  haskell,
  java,
  dotnet,
  crystal,
  gleam,
  elixir,
  php,
  ruby,
  staticSite,
  flutter,
  containerized,
  database,
  proxy,
  composeStack,
  kubernetes,
]
