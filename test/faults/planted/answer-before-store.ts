// A delivery is answered before its transaction has ended, as a receiver does that only puts it into memory.
import type { PlantedBug } from './planted-bug.ts'
import { everything, fault, good, histories } from './targeted.ts'

const killedWhileStoring = [
  everything,
  fault('settled', { name: 'kill at a step', step: 'delivery.storing', nth: 1 }),
  good('at once', ['web']),
]

export const answerBeforeStore: PlantedBug = {
  name: 'answer before store',
  caughtBy: ['I1 ledger', 'I3 tip'],
  rewrites: [
    {
      file: 'serving/ledger.ts',
      snippet: 'const received = await receiveForgeDelivery(',
      replacement: "const received = { decision: 'accepted', reason: 'it will be stored', id: '', releaseIds: [] }; receiveForgeDelivery(",
    },
  ],
  histories: histories(killedWhileStoring, killedWhileStoring, killedWhileStoring),
}
