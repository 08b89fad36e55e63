// Go modules that replace a dependency by a folder of the repository. Imports inside of one module are followed by golang/module.ts.
import { resolvePath } from '../../paths.ts'
import type { Ecosystem } from './ecosystem.ts'
import { usesIn } from './manifest-uses.ts'

export const golang: Ecosystem = {
  uses: (repository) =>
    [...repository.folders.values()].flatMap(({ path: folder, files }) =>
      files.has('go.mod')
        ? usesIn(
            {
              folder,
              name: 'go.mod',
              pattern:
                /^\s{0,8}(?:replace\s{1,8})?[^\s/]{1,100}\/?[^\s]{0,200}(?:\s{1,4}v[^\s]{1,60})?\s{1,4}=>\s{1,4}(\.{1,2}\/[^\s]{0,200})/gm,
              targetOf: (reference) => resolvePath(folder, reference),
            },
            repository,
          )
        : [],
    ),
}
