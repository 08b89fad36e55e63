// `kyozo explain PATH`: why a folder is what it is, which detectors looked at it, and what would help.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { readSource } from '../git/load-source-tree.ts'
import { openFolder, rootAround } from '../git/open-folder.ts'
import type { Template } from '../stack/template.ts'
import { otherVersion } from '../stack/template-version.ts'
import { loadTemplates } from '../templates.ts'
import { explainFolder } from '../topology/explain.ts'
import { type ImageVersions, printExplanation } from '../topology/report/explanation.ts'
import { rootNames } from './folder-name.ts'
import { printDocument } from './print.ts'

export function explainCommand(): Command {
  return new Command('explain')
    .description('why a folder is what it is, which detectors looked, and what would help')
    .argument('<path>', 'a folder or file of a repository')
    .option('--ref <ref>', 'a branch, tag or commit instead of the files as they are')
    .option('--json', 'print one JSON document')
    .action(async (asked: string, options: { readonly ref?: string; readonly json?: boolean }) => {
      const at = path.resolve(asked)
      const root = (await rootAround(at)) ?? (await plainRootOf(at))
      const folder = await openFolder(root, options.ref)
      const inside = path.relative(root, at).split(path.sep).join('/') || '.'
      const { answer } = await readSource(folder.reader, folder.listing, (tree) => explainFolder(tree, inside, rootNames(root)))
      if (options.json) printDocument({ schemaVersion: 1, ...answer })
      else process.stdout.write(printExplanation(answer, otherVersions(await loadTemplates())))
    })
}

/** An old version is built with the oldest image that a template has. */
function otherVersions(templates: readonly Template[]): ImageVersions {
  return ({ build, version }) => {
    const template = build.kind === 'template' ? templates.find(({ name }) => name === build.template) : undefined
    return otherVersion(version, template)
  }
}

/** Without a repository around it, a path below the present folder is explained as a part of that; another one as a whole of its own. */
async function plainRootOf(at: string): Promise<string> {
  const below = path.relative(process.cwd(), at)
  if (!below.startsWith('..') && !path.isAbsolute(below)) return process.cwd()
  const kind = await stat(at).catch(() => undefined)
  return kind?.isDirectory() ? at : path.dirname(at)
}
