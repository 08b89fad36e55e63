// Teams: making further ones, and what the owners of one decide.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { composeCpus, composeMemory } from '../../stack/units.ts'
import { recordAudit } from '../../store/audit.ts'
import { defaultTeam } from '../../store/instance.ts'
import type { ResourceQuota } from '../../store/tables/access.ts'
import { changeTeam, holdTeamNames, isTaken } from '../../store/teams.ts'
import type { Change, Creation } from '../resources/resource.ts'

const name = z.string().trim().min(1).max(100)
const slug = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 lower-case letters, digits and hyphens')
const quota = z.strictObject({
  memory: z.string().max(20).refine(isReadBy(composeMemory), 'must be a size such as 64Gi or 512Mi').optional(),
  cpu: z.string().max(20).refine(isReadBy(composeCpus), 'must be a number of cores such as 16 or 0.5').optional(),
  services: z.int().min(0).max(1_000_000).optional(),
})

export const createTeam: Creation = {
  right: 'teams.create',
  description: 'Makes a team, which belongs to who makes it. Owners of the first team, the default one, may.',
  attributes: { name, slug: slug.optional() },
  async run({ access, db, ipAddress }, { viewer, attributes }) {
    if (viewer.teamId !== (await defaultTeam(db)))
      throw new KyozoError('forbidden', 'further teams are made by owners of the default team; ask one of them')
    const asked = attributes as { name: string; slug?: string }
    const made = await access.createTeam(viewer, { name: asked.name, slug: asked.slug ?? slugOf(asked.name) }, { ipAddress })
    return { kind: 'row', id: made.id }
  },
}

export const updateTeam: Change = {
  right: 'teams.update',
  description: 'Changes the team’s name, or how much its services may ask for together.',
  attributes: { name: name.optional(), resource_quota: quota.optional() },
  run({ db, ipAddress }, { viewer, attributes }) {
    const change = attributes as { name?: string; resource_quota?: ResourceQuota }
    return db.transaction().execute(async (trx) => {
      await holdTeamNames(trx)
      if (change.name !== undefined && (await isTaken(trx, { name: change.name, exceptId: viewer.teamId })))
        throw new KyozoError('conflict', `there is a team named ${change.name} already`)
      await changeTeam(trx, viewer, {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.resource_quota === undefined ? {} : { resourceQuota: change.resource_quota }),
      })
      await recordAudit(trx, viewer, {
        action: 'teams.update',
        subjectType: 'teams',
        subjectId: viewer.teamId,
        subjectName: change.name ?? null,
        details: { ...change },
        ipAddress,
      })
      return { kind: 'done' }
    })
  },
}

function isReadBy(parse: (text: string) => unknown) {
  return (text: string): boolean => {
    try {
      return parse(text) !== undefined
    } catch {
      return false
    }
  }
}

function slugOf(teamName: string): string {
  const label = teamName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  return label === '' ? 'team' : label
}
