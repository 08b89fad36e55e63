// /api/v1/disk: what kyozo keeps, by kind, and what of it goes next. Names of all teams are in it, so it is for who runs the whole kyozo.
import type { Request, Response } from 'express'
import { assertMay } from '../access/rights.ts'
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { diskReports, type StoredDiskReport } from '../store/disk.ts'
import { defaultTeam } from '../store/instance.ts'
import type { Viewer } from '../store/viewer.ts'
import { viewerIn } from './authenticate.ts'
import { send } from './jsonapi/answer.ts'
import { apiPath, implementation } from './jsonapi/document.ts'
import { memberName } from './resources/member-name.ts'

export async function showDisk(db: Database, request: Request, response: Response): Promise<void> {
  const viewer = viewerIn(response)
  await assertOperator(db, viewer)
  const reports = await diskReports(db)
  const self = `${apiPath}/disk`
  send(request, response, { document: { jsonapi: implementation, data: reports.map(asResource), links: { self } } })
}

async function assertOperator(db: Database, viewer: Viewer): Promise<void> {
  assertMay(viewer, 'instance.measure')
  if (viewer.teamId === (await defaultTeam(db))) return
  throw new KyozoError('forbidden', 'what the whole kyozo keeps is for owners and admins of its first team', {
    hint: 'ask one of them',
  })
}

function asResource({ owner, report, measuredAt }: StoredDiskReport) {
  const attributes = { ...(inSnakeCase(report) as object), measured_at: measuredAt.toISOString() }
  return { type: 'disk_reports', id: owner, attributes }
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [memberName(name), inSnakeCase(inner)]))
}
