// Addresses that a Dockerfile sets by ENV.
import { findDockerfile } from '../../dockerfiles.ts'
import type { ConfigurationReader } from './configuration.ts'

export const readDockerfileVariables: ConfigurationReader = (folder, repository) => {
  const facts = findDockerfile(folder, repository)
  return {
    addresses: (facts?.environment ?? []).map(({ name, value }) => ({
      variable: name,
      value,
      from: 'example' as const,
      evidence: { path: facts?.path ?? folder.path, fact: `ENV ${name}` },
    })),
  }
}
