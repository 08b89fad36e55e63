// The collector takes what no environment and no release of this kyozo needs, whoever made it.
import type { PlantedBug } from './planted-bug.ts'
import { docs, everything, fault, good, histories } from './targeted.ts'

export const pruneWithoutLabel: PlantedBug = {
  name: 'prune without label',
  caughtBy: ['I5 bystanders'],
  rewrites: [
    {
      file: 'engine/docker/storage.ts',
      snippet: '[`${label.instance}=${context.instance}`, label.release, label.generation, composeLabel.project]',
      replacement: '[label.release, label.generation, composeLabel.project]',
    },
    {
      file: 'engine/docker/storage.ts',
      snippet: 'listImages({ filters: { label: [`${label.instance}=${context.instance}`] }, abortSignal })',
      replacement: 'listImages({ abortSignal })',
    },
    // Whoever removes a container looks once more.
    {
      file: 'engine/docker/observe.ts',
      snippet: 'if (info && info.Config.Labels[label.instance] !== context.instance)',
      replacement: 'if (false)',
    },
  ],
  // A disk that is nearly full makes the collector look at once, and take what it would else leave for an hour.
  histories: histories([everything, fault('settled', { name: 'disk full', acts: 1 }), docs, good('settled', ['web'])]),
}
