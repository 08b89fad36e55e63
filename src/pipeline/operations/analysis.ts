// Looking at a branch without deploying it.
import { readSource } from '../../git/load-source-tree.ts'
import { short } from '../../release/verdict.ts'
import { finishOperation } from '../../store/operation-leases.ts'
import { analyze } from '../../topology/analyze.ts'
import { recordAnalysis } from '../record-analysis.ts'
import { tipOf } from '../tip.ts'
import { fetchingFor, textIn, workspaceOf } from './about.ts'
import type { OperationWork } from './operation.ts'

/** Analyzes as any release does, stores what it found, and touches nothing else. */
export const analyzeTopology: OperationWork = async (operation, context) => {
  const { kyozo, lease } = context
  const workspace = await workspaceOf(operation, kyozo.db)
  const ref = textIn(operation, 'ref')
  const sha = await tipOf(fetchingFor(workspace, context), kyozo, ref)
  const reader = await kyozo.mirrors.reader(workspace.id)
  const start = performance.now()
  const listing = await reader.listTree((await reader.readCommit(sha)).tree)
  const { answer: topology } = await readSource(reader, listing, (tree) => analyze(tree, { rootName: workspace.name }))
  const durationMs = performance.now() - start
  const found = `${topology.services.length} ${topology.services.length === 1 ? 'service' : 'services'} in ${short(sha)}`
  await kyozo.db.transaction().execute(async (trx) => {
    const detection = await recordAnalysis(trx, { workspace, ref, sha, listing, topology, durationMs })
    await finishOperation(trx, lease, {
      state: 'succeeded',
      words: `found ${found}`,
      result: { topology_detection: detection, revision: sha, services: topology.services.map(({ name }) => name) },
    })
  })
  return { kind: 'ended' }
}
