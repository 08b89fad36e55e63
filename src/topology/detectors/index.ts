// The list of what kyozo can tell. Its order means nothing: evidence decides (claim.ts).
import type { Detector } from '../claim.ts'
import { composeStack } from './compose-stack.ts'
import { containerized } from './containerized.ts'
import { database } from './database.ts'
import { golang } from './golang.ts'
import { nodejs } from './nodejs.ts'
import { proxy } from './proxy.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { rust } from './rust.ts'
import { staticSite } from './static-site.ts'

export const detectors: readonly Detector[] = [nodejs, python, golang, rust, php, ruby, staticSite, containerized, database, proxy, composeStack]
