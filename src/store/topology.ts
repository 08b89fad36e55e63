// What analyses found. The newest of each folder is marked; older ones are kept.
import { sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Detection, IndicatorFile } from '../topology/report/detections.ts'
import type { Topology } from '../topology/topology.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { holdWorkspace, type Workspace } from './workspaces.ts'

export interface Analysis {
  readonly topology: Topology
  readonly detections: readonly Detection[]
  readonly files: readonly (IndicatorFile & { readonly blob: string })[]
  readonly sha: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Whether it is of the branch that stands for the workspace. */
  readonly isOfDefaultBranch: boolean
}

const rowsAtOnce = 500

/** A folder of which the same is found again keeps its detection; the whole repository gets a new one for each commit. */
export async function storeAnalysis(db: Executor, workspace: Pick<Workspace, 'id' | 'teamId'>, analysis: Analysis): Promise<string> {
  await holdWorkspace(db, workspace.id)
  const id = await storeDetections(db, workspace, analysis)
  if (!analysis.isOfDefaultBranch) return id
  await replaceFiles(db, workspace, analysis.files)
  await db
    .updateTable('workspaces')
    .set({ serviceTopology: JSON.stringify(analysis.topology), updatedAt: databaseNow })
    .where('id', '=', workspace.id)
    .execute()
  return id
}

async function storeDetections(db: Executor, workspace: Pick<Workspace, 'id' | 'teamId'>, analysis: Analysis): Promise<string> {
  const latest = await db
    .selectFrom('topologyDetections')
    .select(['id', 'folderPath', sql<string | null>`analysis_metadata ->> 'content_hash'`.as('hash')])
    .where('workspaceId', '=', workspace.id)
    .where('isLatest', '=', true)
    .execute()
  const known = new Map(latest.map((row) => [row.folderPath, row]))
  const isNew = ({ folderPath, contentHash }: Detection) => folderPath === '.' || known.get(folderPath)?.hash !== contentHash
  const fresh = analysis.detections.filter(isNew)
  const kept = new Set(analysis.detections.filter((one) => !isNew(one)).map(({ folderPath }) => folderPath))
  const old = latest.filter(({ folderPath }) => !kept.has(folderPath)).map(({ id }) => id)
  if (old.length > 0) await db.updateTable('topologyDetections').set({ isLatest: false }).where('id', 'in', old).execute()
  const rows = fresh.map((one) => detectionRow(workspace, analysis, one))
  for (let at = 0; at < rows.length; at += rowsAtOnce)
    await db
      .insertInto('topologyDetections')
      .values(rows.slice(at, at + rowsAtOnce))
      .execute()
  return rows.find(({ folderPath }) => folderPath === '.')!.id
}

function detectionRow({ id: workspaceId, teamId }: Pick<Workspace, 'id' | 'teamId'>, { sha, metadata }: Analysis, one: Detection) {
  return {
    id: newId(),
    teamId,
    workspaceId,
    folderPath: one.folderPath,
    revision: sha,
    detectedPatterns: JSON.stringify(one.detectedPatterns),
    serviceIndicators: JSON.stringify(one.serviceIndicators),
    dependencyMap: JSON.stringify(one.dependencyMap),
    serviceGraph: JSON.stringify(one.serviceGraph),
    recommendedServices: JSON.stringify(one.recommendedServices),
    deploymentRecommendations: JSON.stringify(one.deploymentRecommendations),
    deploymentStrategy: one.deploymentStrategy,
    confidenceScores: JSON.stringify(one.confidenceScores),
    confidenceScore: one.confidenceScore,
    analysisMetadata: JSON.stringify({ ...metadata, content_hash: one.contentHash }),
  }
}

async function replaceFiles(
  db: Executor,
  { id: workspaceId, teamId }: Pick<Workspace, 'id' | 'teamId'>,
  files: Analysis['files'],
): Promise<void> {
  const paths = files.map(({ path }) => path)
  await db.deleteFrom('files').where('workspaceId', '=', workspaceId).where(sql<boolean>`not (path = any(${paths}::text[]))`).execute()
  for (let at = 0; at < files.length; at += rowsAtOnce) {
    const rows = files.slice(at, at + rowsAtOnce).map(({ path, blob, technologies, confidence, services, facts }) => ({
      ...{ id: newId(), teamId, workspaceId, path, blob },
      serviceMetadata: JSON.stringify({ services, facts }),
      detectedTechnologies: [...technologies],
      analysisConfidence: confidence,
    }))
    await db
      .insertInto('files')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['workspaceId', 'path']).doUpdateSet((set) => ({
          blob: set.ref('excluded.blob'),
          serviceMetadata: set.ref('excluded.serviceMetadata'),
          detectedTechnologies: set.ref('excluded.detectedTechnologies'),
          analysisConfidence: set.ref('excluded.analysisConfidence'),
          lastAnalyzedAt: databaseNow,
        })),
      )
      .execute()
  }
}
