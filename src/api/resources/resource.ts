// A resource of the API, described once. index.ts is the list; JSON:API, OpenAPI 3.1 and GraphQL are made from it, so that they cannot disagree.
// Names are snake case here, as JSON:API shows them; GraphQL and the tables spell them in camel case.
import type { z } from 'zod'
import type { RightName, Subject } from '../../access/rights.ts'
import type { Operation } from '../../store/operations.ts'
import type { ReadTable } from '../../store/reading.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { ActionContext } from './action-context.ts'
import type { AnswerContext, Attribute, Row } from './attribute.ts'

export interface Resource {
  /** Plural, as in the address: `service_instances`. */
  readonly type: string
  /** What it is, for OpenAPI and GraphQL. */
  readonly description: string
  readonly table: ReadTable
  /** Rows of the table that are this resource, where the table holds others too. Default is all. */
  readonly where?: Readonly<Record<string, string | boolean | null>>
  /** A UUID, or the number of a row that has no UUID. Default is uuid. */
  readonly idKind?: 'uuid' | 'sequence'
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly relationships: Readonly<Record<string, Relationship>>
  /** The order without `sort`: attribute names, `-` for descending. Default is newest first, by id. */
  readonly defaultSort?: readonly string[]
  /** The order without `sort` where rows of one service are asked for: one that an index of theirs gives. Default is `defaultSort`. */
  readonly sortWithinService?: readonly string[]
  /** Listings leave out rows in which this column is set, unless the filter of this name says `true` (only those) or `true,false` (all). */
  readonly hidden?: { readonly filter: string; readonly column: string }
  /** Holds a user's id: a member sees only their own rows. */
  readonly ownColumn?: string
  readonly read: RightName
  /** How a row finds the workspace and service that rights are asked for. */
  readonly subject: SubjectColumns
  readonly create?: Creation
  readonly update?: Change
  readonly remove?: Removal
  /** `POST /<type>/<id>/<action>` → 202 with an operation, unless it says otherwise. */
  readonly actions?: Readonly<Record<string, Action>>
  /** `POST /<type>/<action>`, about no row yet. */
  readonly collectionActions?: Readonly<Record<string, Action<undefined>>>
  /** `GET /<type>/<id>/<view>`: something that is put together from more than its row. */
  readonly views?: Readonly<Record<string, View>>
}

export interface View {
  /** The type of the resource object that is answered; its id is the row's. */
  readonly type: string
  readonly right: RightName
  readonly description: string
  /** What `run` returns. */
  readonly attributes: Readonly<Record<string, z.ZodType>>
  readonly run: (at: AnswerContext, row: Row) => Promise<Readonly<Record<string, unknown>>>
}

/** Which columns hold the ids; a workspace's own is `id`. A missing one means that there is none. */
export interface SubjectColumns {
  readonly workspace?: string
  readonly service?: string
}

export type Relationship =
  | {
      readonly kind: 'one'
      readonly type: string
      readonly column: string
      readonly isNullable: boolean
      readonly description: string
      readonly isFilter?: true
    }
  | {
      readonly kind: 'many'
      readonly type: string
      /** The column of the other table that holds this resource's id. */
      readonly column: string
      readonly description: string
      /** Another address for the related listing, such as `/service_instances/<id>/events`. Default is the relationship's name. */
      readonly alias?: string
    }

/** What a request may send, by attribute name; unknown names are refused by name. */
export type Input = Readonly<Record<string, z.ZodType>>

interface Written<T> {
  readonly right: RightName
  readonly description: string
  readonly attributes: Input
  /** Relationships that can be given, as `{data: {type, id}}`; the id is checked to be of the viewer's team before `run`. Default is none. */
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly isRequired: boolean }>>
  readonly run: (context: ActionContext, request: T) => Promise<unknown>
}

export interface WriteRequest {
  readonly viewer: Viewer
  readonly attributes: Readonly<Record<string, unknown>>
  /** Relationship name → row of the viewer's team. */
  readonly related: Readonly<Record<string, Row | undefined>>
  /** The client's own key for the request, to be kept with an operation that it starts. */
  readonly idempotencyKey: string | undefined
}

export interface Creation extends Omit<Written<WriteRequest>, 'run'> {
  /** Attributes that only the answer to its making shows, such as a token. Default is none. */
  readonly once?: Readonly<Record<string, z.ZodType>>
  /** What the right is asked for, from what was sent. Default is the whole team: an admin. */
  readonly subject?: (request: WriteRequest) => Subject
  /** Stores it and returns the row's id, or an operation that will. Values that are shown once go with it. */
  readonly run: (context: ActionContext, request: WriteRequest) => Promise<Created>
}

export type Created =
  | {
      readonly kind: 'row'
      readonly id: string /** Attributes that only this answer shows, such as a token. */
      readonly once?: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'operation'; readonly operation: Operation }

export interface Change extends Omit<Written<WriteRequest>, 'run'> {
  readonly run: (context: ActionContext, request: WriteRequest & { readonly row: Row }) => Promise<Ended>
}

export interface Removal {
  readonly right: RightName
  readonly description: string
  /** What may be sent along, as `{"meta": {…}}`, such as a confirmation. Default is nothing. */
  readonly attributes?: Input
  readonly run: (context: ActionContext, request: RemoveRequest) => Promise<Ended>
}

export interface RemoveRequest {
  readonly viewer: Viewer
  readonly row: Row
  /** What was sent along, by name; only names in `attributes`. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly idempotencyKey: string | undefined
}

/** Done, or an operation that does it. */
export type Ended = { readonly kind: 'done' } | { readonly kind: 'operation'; readonly operation: Operation }

export interface Action<R = Row> {
  readonly right: RightName
  readonly description: string
  readonly attributes: Input
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly isRequired: boolean }>>
  readonly run: (context: ActionContext, request: WriteRequest & { readonly row: R }) => Promise<Ended>
}
