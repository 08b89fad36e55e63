// Runs before `npm start` and `npm test`, under whatever Node (≥ 20) the machine has and before any package is installed:
// plain JavaScript, no dependencies. Says what is missing, installs what it may, and otherwise names the fix.

import { prepareEngine } from './engine.mjs'
import { prepareGit } from './git.mjs'
import { SetupError, say } from './machine.mjs'
import { preparePackages } from './packages.mjs'

try {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20)
    throw new SetupError(`Node ${process.versions.node} is too old`, 'install Node 20 or newer, then run the same command again')
  preparePackages()
  prepareGit()
  await prepareEngine()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(`cannot go on: ${error.message}`)
  for (const line of error.fix.split('\n')) say(`  fix: ${line}`)
  process.exit(3)
}
