import { Command } from 'commander'
import { declarationJsonSchema } from '../topology/declaration/schema.ts'

export function schemaCommand(): Command {
  return new Command('schema').description('print the JSON Schema of kyozo.yaml').action(() => {
    process.stdout.write(`${JSON.stringify(declarationJsonSchema(), null, 2)}\n`)
  })
}
