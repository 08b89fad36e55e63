// `kyozo explain PATH`: why a folder is what it is, which detectors looked at it, and what would help.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { readSource } from '../git/load-source-tree.ts'
import { openFolder } from '../git/open-folder.ts'
import { type DetectorReading, explainFolder, type FolderAnswer, type FolderExplanation } from '../topology/explain.ts'
import { printable } from '../topology/paths.ts'
import type { Evidence, ServiceSpec } from '../topology/topology.ts'
import { printDocument } from './print.ts'

export function explainCommand(): Command {
  return new Command('explain')
    .description('why a folder is what it is, which detectors looked, and what would help')
    .argument('<path>', 'a folder or file of a repository')
    .option('--ref <ref>', 'a branch, tag or commit instead of the files as they are')
    .option('--json', 'print one JSON document')
    .action(async (asked: string, options: { readonly ref?: string; readonly json?: boolean }) => {
      const at = path.resolve(asked)
      const root = (await rootOf(at)) ?? process.cwd()
      const folder = await openFolder(root, options.ref)
      const inside = path.relative(root, at).split(path.sep).join('/') || '.'
      const { answer } = await readSource(folder.reader, folder.listing, (tree) => explainFolder(tree, inside))
      if (options.json) printDocument({ schemaVersion: 1, ...answer })
      else process.stdout.write(explanationText(answer))
    })
}

/** The repository that holds a path; the path itself may be gone from the disk. */
async function rootOf(at: string): Promise<string | undefined> {
  for (let folder = at; ; folder = path.dirname(folder)) {
    const isRoot = await stat(path.join(folder, '.git')).then(
      () => true,
      () => false,
    )
    if (isRoot) return folder
    if (path.dirname(folder) === folder) return undefined
  }
}

/** Enough to see what a detector looks for; the JSON document has all. */
const marksShown = 6

function explanationText({ path: at, answer, detectors, advice }: FolderExplanation): string {
  const looked = detectors.filter((reading) => reading.hasLooked)
  const silent = detectors.filter((reading) => !reading.hasLooked)
  const lines = [
    `${printable(at)} is ${answerWords(answer, at)}`,
    ...(answer.kind === 'role' ? evidenceLines(answer.evidence, false) : []),
    ...looked.flatMap(readingLines),
    ...(silent.length === 0
      ? []
      : [
          '',
          'Not asked, because none of their files is there:',
          ...silent.map(
            ({ title, marks }) => `  ${title}: ${marks.slice(0, marksShown).join(', ')}${marks.length > marksShown ? ', …' : ''}`,
          ),
        ]),
    ...(advice.length === 0 ? [] : ['', 'What would help:', ...advice.map((sentence) => `  ${sentence}`)]),
  ]
  return `${lines.join('\n')}\n`
}

function answerWords(answer: FolderAnswer, at: string): string {
  switch (answer.kind) {
    case 'service':
      return answer.services.map(serviceWords).join('; ')
    case 'role':
      return `no service: ${answer.role.replace('_', ' ')}${answer.at === at ? '' : ` (decided at ${printable(answer.at)})`}`
    case 'part':
      return `a part of the service ${answer.of} (${printable(answer.at)})`
    case 'ignored':
      return 'left out'
    case 'nothing':
      return 'no service'
  }
}

function serviceWords(service: ServiceSpec): string {
  const kind = service.framework === undefined ? service.type : `${service.type}/${service.framework}`
  const port = service.port === undefined ? 'no port' : `port ${service.port}`
  return `the service ${service.name}: ${kind}, ${port}, built from ${service.build.kind === 'dockerfile' ? service.build.dockerfile : `a ${service.build.kind}`}, ${Math.round(service.confidence * 100)}% sure`
}

function readingLines(reading: DetectorReading): string[] {
  const sure = reading.confidence === null ? 'looked, and makes no claim' : `${Math.round(reading.confidence * 100)}% sure`
  return ['', `${reading.title}: ${sure}`, ...evidenceLines(reading.evidence, true)]
}

function evidenceLines(evidence: readonly Evidence[], showsWeight: boolean): string[] {
  return evidence.map(({ path: file, line, fact, weight }) => {
    const signed = weight === undefined ? '' : `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}  `
    return `  ${showsWeight ? signed : ''}${printable(fact)} (${printable(file)}${line === undefined ? '' : `:${line}`})`
  })
}
