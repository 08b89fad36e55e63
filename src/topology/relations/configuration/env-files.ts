// Environment files that are committed for running the program; the examples among them are read with the source (environment.ts).
import { joinPath } from '../../paths.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'
import { variablesIn } from './found-variables.ts'

const names = ['.env.production', '.env.prod', '.env.docker', '.env.defaults', '.env.default', '.env']

/** An .env.example says the same of every checkout, so a developer's own .env beside it counts for nothing. */
export const readEnvFiles: ConfigurationReader = ({ path: folder, files }, repository) => {
  const present = names.filter((name) => files.has(name) && (name !== '.env' || !files.has('.env.example'))).slice(0, 2)
  return {
    addresses: present.flatMap((name) => {
      const path = joinPath(folder, name)
      const text = (repository.read.text(path) ?? '').slice(0, configurationLimit)
      return variablesIn(text, /^(?:export )?([A-Z_][A-Z0-9_]{0,99})=["']?([^"'\n#]{0,300})/gm, path)
        .filter(({ value }) => /:\/\/|:\d{2,5}|^[a-z][\w-]{1,60}$/.test(value))
        .map((address) => ({ ...address, value: address.value.trim(), from: 'example' as const }))
    }),
  }
}
