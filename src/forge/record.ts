// A Git host's own record of what it sent: what kyozo compares its ledger with, since no host tells that it could not deliver.

export interface DeliveryRecord {
  /** Whether one list holds what was sent of every repository of the connection. */
  readonly isShared: boolean
  /** What was sent since then, oldest first. Throws `forge_refused` when the credential may not read it, and `forge_unavailable` when it should be tried later. */
  list(request: RecordRequest): Promise<SentList>
  /** What exactly was sent; undefined when the host does not give it back. Throws as `list` does. */
  read(sent: SentDelivery, repository: RecordRepository | undefined): Promise<SentContent | undefined>
  /** Asks the host to send it once more. Throws as `list` does. */
  sendAgain(sent: SentDelivery, repository: RecordRepository | undefined): Promise<void>
}

export interface RecordRepository {
  readonly id: string
  readonly fullName: string
}

export interface RecordRequest {
  /** Whose deliveries; undefined for a record that is shared. */
  readonly repository: RecordRepository | undefined
  readonly since: Date
  /** Whether an address is one of kyozo's own. */
  readonly leadsHere: (url: string) => boolean
  /** Of the delivery that arrived last: they say by which webhook it came. */
  readonly lastHeaders: Readonly<Record<string, string>>
}

export interface SentList {
  readonly deliveries: readonly SentDelivery[]
  /** False when the host had more than kyozo reads at once. */
  readonly isComplete: boolean
}

/** One delivery, however often it was tried. */
export interface SentDelivery {
  /** Where the host answers for it, below its API's address. */
  readonly path: string
  /** As the header of the delivery says it. */
  readonly deliveryId: string
  readonly event: string
  /** When it was tried first. */
  readonly sentAt: Date
  /** When it was tried last because somebody asked for it; undefined when nobody did. */
  readonly askedAgainAt?: Date
  /** Whether the host got an answer that it takes for good. */
  readonly isGood: boolean
  /** What the host says of it: `failed to connect to host`. */
  readonly words: string
  readonly repositoryId: string | undefined
}

export interface SentContent {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON, equal to what was sent but not byte for byte. */
  readonly body: Buffer
}
