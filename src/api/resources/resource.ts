// A resource of the API, described once. index.ts is the list; JSON:API, OpenAPI 3.1 and GraphQL are made from it, so that they cannot disagree.
// Names are snake case here, as JSON:API shows them; GraphQL and the tables spell them in camel case.
import type { z } from 'zod'
import type { RightName, Subject } from '../../access/rights.ts'
import type { Operation } from '../../store/operations.ts'
import type { TeamTable } from '../../store/reading.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { ActionContext } from './action-context.ts'
import type { Attribute, Row } from './attribute.ts'

export interface Resource {
  /** Plural, as in the address: `service_instances`. */
  readonly type: string
  /** What it is, for OpenAPI and GraphQL. */
  readonly description: string
  readonly table: TeamTable
  /** Rows of the table that are this resource, where the table holds others too. Default is all. */
  readonly where?: Readonly<Record<string, string | boolean | null>>
  /** A UUID, or the number of a row that has no UUID. Default is uuid. */
  readonly idKind?: 'uuid' | 'sequence'
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly relationships: Readonly<Record<string, Relationship>>
  /** The order without `sort`: attribute names, `-` for descending. Default is newest first, by id. */
  readonly defaultSort?: readonly string[]
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
}

export interface Creation extends Omit<Written<WriteRequest>, 'run'> {
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
  readonly run: (context: ActionContext, request: { readonly viewer: Viewer; readonly row: Row }) => Promise<Ended>
}

/** Done, or an operation that does it. */
export type Ended = { readonly kind: 'done' } | { readonly kind: 'operation'; readonly operation: Operation }

export interface Action<R = Row> {
  readonly right: RightName
  readonly description: string
  readonly attributes: Input
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly isRequired: boolean }>>
  readonly run: (
    context: ActionContext,
    request: WriteRequest & { readonly row: R; readonly idempotencyKey: string | undefined },
  ) => Promise<Ended>
}
