// Projects of .NET that reference one another. What a test project, or the host that starts the others, references is no library for that.
import { baseName, parentOf, resolvePath } from '../../paths.ts'
import type { Ecosystem } from './ecosystem.ts'
import { usesIn } from './manifest-uses.ts'

const projectFile = /\.(?:cs|fs|vb)proj$/

export const dotnet: Ecosystem = {
  uses: (repository) =>
    repository.foldersWith('*.csproj', '*.fsproj', '*.vbproj').flatMap(({ path: folder, files }) =>
      [...files]
        .filter((name) => projectFile.test(name) && !/(?:[._-]?tests?|AppHost|\.dcproj)\.\w+proj$/i.test(name))
        .flatMap((name) => {
          const targetOf = (reference: string) => {
            const file = resolvePath(folder, reference.replaceAll('\\', '/'))
            return file === undefined || baseName(file) === name ? undefined : parentOf(file)
          }
          return usesIn(
            { folder, name, pattern: /<ProjectReference\s{1,20}Include\s{0,4}=\s{0,4}"([^"\n]{1,300})"/gi, targetOf },
            repository,
          )
        }),
    ),
}
