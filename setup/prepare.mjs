// Runs before `npm start` and `npm test`, under whatever Node (≥ 20) the machine has and before any package is installed:
// plain JavaScript, no dependencies. Says what is missing, installs what it may, and otherwise names the fix.

import { prepareEngine } from './engine.mjs'
import { prepareGit } from './git.mjs'
import { SetupError, say } from './machine.mjs'
import { preparePackages } from './packages.mjs'

const failures = []
for (const prepare of [checkNode, preparePackages, prepareGit, prepareEngine]) {
  try {
    await prepare()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    // The others are tried as well, so that everything missing is named at once.
    failures.push(error)
  }
}
for (const { message, fix } of failures) {
  say(`cannot go on: ${message}`)
  for (const line of fix.split('\n')) say(`  fix: ${line}`)
}
if (failures.length > 0) process.exit(3)

function checkNode() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20)
    throw new SetupError(`Node ${process.versions.node} is too old`, 'install Node 20 or newer, then run the same command again')
}
