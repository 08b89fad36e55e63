import { Command } from 'commander'
import { declarationJsonSchema } from '../topology/declaration/schema.ts'
import { printDocument } from './print.ts'

export function schemaCommand(): Command {
  return new Command('schema').description('print the JSON Schema of kyozo.yaml').action(() => {
    printDocument(declarationJsonSchema())
  })
}
