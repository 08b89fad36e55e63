import { verdictKinds } from '../../release/verdict.ts'
import { integer, oneOf, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one } from './shapes.ts'

export const releaseServices: Resource = {
  type: 'release_services',
  description: 'How a release ended for one service.',
  table: 'releaseServices',
  attributes: {
    service: text('The name of the service.', { sort: true, filter: 'equal' }),
    folder_path: text('Its folder.', { nullable: true, filter: 'equal' }),
    verdict: oneOf(verdictKinds, 'How it ended.', { sort: true, filter: 'equal' }),
    words: text('How it ended, as a sentence.'),
    image: text('The image that it runs.', { nullable: true, filter: 'equal' }),
    config_hash: text('The hash of what it was started with.', { nullable: true }),
    since_sha: text('The commit since which it runs as it does.', { nullable: true, filter: 'equal' }),
    url: text('Where it answers.', { nullable: true }),
    duration_ms: integer('How long it took.', { nullable: true }),
    created_at: createdAt,
  },
  relationships: { release: one('releases', 'releaseId', 'The release.') },
  read: 'release_services.read',
  subject: {},
}
