// `kyozo schema`: the shapes of what people write and of what programs read, for editors and for code.
import { Argument, Command } from 'commander'
import { declarationJsonSchema } from '../topology/declaration/schema.ts'
import { reportJsonSchema } from '../topology/report/schema.ts'
import { printDocument } from './print.ts'

const schemas = { 'kyozo.yaml': declarationJsonSchema, analyze: reportJsonSchema } as const

export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of kyozo.yaml, or of the document of `kyozo analyze --json`')
    .addArgument(new Argument('[document]').choices(Object.keys(schemas)).default('kyozo.yaml'))
    .action((document: keyof typeof schemas) => printDocument(schemas[document]()))
}
