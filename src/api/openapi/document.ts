// The OpenAPI 3.1 document of the API. Made from the resource descriptions once, when it is first asked for.
import { apiPath } from '../jsonapi/document.ts'
import { mediaType } from '../jsonapi/media-type.ts'
import { resources } from '../resources/index.ts'
import { schemaRef } from './json-schema.ts'
import { otherPaths } from './other-paths.ts'
import { sharedParameters } from './parameters.ts'
import { resourcePaths } from './paths.ts'
import { allSchemas } from './schemas.ts'

let made: object | undefined

export function openApiDocument(): object {
  made ??= {
    openapi: '3.1.0',
    info: {
      title: 'kyozo',
      version: '1',
      description:
        'Turns a Git repository’s folders into running services. The API speaks JSON:API 1.1. Actions answer 202 with an operation to follow; what is large is left out of listings.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: apiPath }],
    tags: resources.map(({ type, description }) => ({ name: type, description })),
    security: [{ token: [] }, { session: [] }],
    paths: { ...resourcePaths(), ...otherPaths() },
    components: {
      schemas: allSchemas(),
      parameters: sharedParameters,
      responses: {
        failure: {
          description: 'What went wrong, one entry for each problem.',
          content: { [mediaType]: { schema: schemaRef('failure') } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'kyozo.session_token', description: 'The cookie of a login.' },
      },
    },
  }
  return made
}
