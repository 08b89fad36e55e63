// The list of files that people declare services in, each with its reader. Their order means nothing: precedence.ts has it.
import type { Repository } from '../repository.ts'
import { readNixpacks, readProjectToml } from './builders.ts'
import { readHerokuApp, readHerokuYaml } from './heroku.ts'
import { readAppEngine, readCaptain, readFly, readNetlify, readRailway, readVercel, readZeabur } from './platforms.ts'
import { readRender } from './render.ts'
import { readBake, readTiltfile } from './scripts.ts'
import { readAzd, readCloudFoundry, readDapr, readDigitalOcean, readImages, readSkaffold } from './stacks.ts'
import type { DeclaredFile, Statement } from './statement.ts'

export interface DeclaredFormat {
  readonly names: readonly string[]
  readonly read: (file: DeclaredFile, repository: Repository) => readonly Statement[]
}

export const declaredFormats: readonly DeclaredFormat[] = [
  { names: ['railway.json', 'railway.toml'], read: readRailway },
  { names: ['render.yaml', 'render.yml'], read: readRender },
  { names: ['fly.toml'], read: readFly },
  { names: ['app.json', 'scalingo.json'], read: readHerokuApp },
  { names: ['heroku.yml'], read: readHerokuYaml },
  { names: ['app.yaml', 'app.yml'], read: (file, repository) => [...readDigitalOcean(file, repository), ...readAppEngine(file, repository)] },
  { names: ['captain-definition'], read: readCaptain },
  { names: ['zbpack.json', 'zeabur.json'], read: readZeabur },
  { names: ['nixpacks.toml', 'nixpacks.json', 'railpack.json'], read: readNixpacks },
  { names: ['project.toml'], read: readProjectToml },
  { names: ['vercel.json'], read: readVercel },
  { names: ['netlify.toml'], read: readNetlify },
  { names: ['azure.yaml', 'azure.yml'], read: readAzd },
  { names: ['manifest.yml', 'manifest.yaml'], read: readCloudFoundry },
  { names: ['dapr.yaml', 'dapr.yml'], read: readDapr },
  { names: ['skaffold.yaml', 'skaffold.yml'], read: readSkaffold },
  { names: ['Tiltfile'], read: readTiltfile },
  { names: ['okteto.yml', 'okteto.yaml', 'devspace.yaml', 'devspace.yml'], read: readImages },
  { names: ['docker-bake.hcl', 'docker-bake.override.hcl'], read: readBake },
] // biome-ignore format: a table
