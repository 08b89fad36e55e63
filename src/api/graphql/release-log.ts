// What a release and its builds printed: a page of it as a field, and the type that pages and pushed lines share.
import { GraphQLID, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import { KyozoError } from '../../errors.ts'
import { readLog } from '../../store/logs.ts'
import { isReached, logReach } from '../live/topics.ts'
import type { Item } from '../resources/read.ts'
import type { Field } from './request.ts'
import { dateTimeType } from './scalars.ts'

export interface LoggedLine {
  readonly sequence: string
  readonly stream: string
  readonly service: string | null
  readonly text: string
  readonly recordedAt: Date | string
}

export const logLineType = new GraphQLObjectType<LoggedLine>({
  name: 'LogLine',
  description: 'A line of output, without secrets.',
  fields: {
    sequence: { type: new GraphQLNonNull(GraphQLID), description: 'Its number; greater ones came later.' },
    stream: { type: new GraphQLNonNull(GraphQLString), description: '`release` is kyozo’s own words, `build` is output of a build.' },
    service: { type: GraphQLString },
    text: { type: new GraphQLNonNull(GraphQLString) },
    recordedAt: { type: new GraphQLNonNull(dateTimeType) },
  },
})

interface LogPage {
  readonly lines: readonly LoggedLine[]
  readonly next: string | null
}

const logPageType = new GraphQLObjectType<LogPage>({
  name: 'LogPage',
  fields: {
    lines: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(logLineType))), extensions: { isRows: true } },
    next: { type: GraphQLID, description: 'What `after` takes for the next page; null when this was the last line so far.' },
  },
})

const largestLogPage = 1_000
/** Each is a statement of its own. */
const logWeight = 500

/** Whoever was granted the logs of some services reads theirs and the release’s own words. */
export const releaseLogField: Field<Item> = {
  type: logPageType,
  description: `What it and its builds printed, oldest line first, ${largestLogPage} lines at most.`,
  args: { first: { type: GraphQLInt }, after: { type: GraphQLID } },
  resolve: async ({ id, row }, { first, after }: { first?: number | null; after?: string | null }, { at }): Promise<LogPage> => {
    const limit = first ?? largestLogPage
    if (limit < 1 || limit > largestLogPage) throw wrong('first', `first is ${limit}, and a page of a log has 1 to ${largestLogPage} lines`)
    if (after != null && !/^\d{1,18}$/.test(after)) throw wrong('after', 'after is not the number of a line')
    const reach = await logReach(at.db, at.viewer, { workspaceId: String(row.workspaceId), environmentId: String(row.environmentId) })
    const lines = await readLog(at.db, id, { after: after ?? '0', limit })
    return { lines: lines.filter(({ service }) => isReached(reach, service)), next: lines.length === limit ? lines.at(-1)!.sequence : null }
  },
  extensions: { isAsked: true, isPaged: true, weight: logWeight },
}

function wrong(parameter: string, message: string): KyozoError {
  return new KyozoError('bad_request', message, { problems: [{ source: { parameter }, message }] })
}
