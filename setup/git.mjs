// The git program: serves pushes and moves packs.
import { installSystemPackages, mayInstallSystemPackages, run, SetupError, whyNoSystemPackages } from './machine.mjs'

export function prepareGit() {
  if (run('git', ['--version']).ok) return
  if (!mayInstallSystemPackages()) throw new SetupError(`git is not installed, and ${whyNoSystemPackages()}`, 'apt-get install git')
  installSystemPackages(['git'], 'serves pushes and fetches repositories')
}
