// Objects through isomorphic-git: for machines without the git program. It reads whole packs into memory, so it is not the first choice.
import fs from 'node:fs'
import git from 'isomorphic-git'
import { KyozoError } from '../errors.ts'
import { type CommitInfo, type ObjectReader, pathLengthLimit, type TreeListing, treeDepthLimit, treeEntryLimit } from './objects.ts'
import type { TreeEntry } from './source-tree.ts'

const fileModes = new Set(['100644', '100755', '120000', '160000'])

export function isomorphicReader(gitDir: string): ObjectReader {
  // Parsed packs stay in this object between calls; without it every read parses the pack again.
  const cache = {}
  const repository = { fs, gitdir: gitDir, dir: gitDir, cache }
  return {
    async readCommit(revision): Promise<CommitInfo> {
      try {
        const sha = /^[0-9a-f]{40}$/.test(revision) ? revision : await git.resolveRef({ ...repository, ref: revision })
        const { commit, oid } = await git.readCommit({ ...repository, oid: sha })
        return { sha: oid, tree: commit.tree, subject: commit.message.split('\n')[0] ?? '', author: commit.author.name }
      } catch (error) {
        throw new KyozoError('revision_not_found', `there is no commit ${JSON.stringify(revision)} in this repository`, {
          hint: 'was it force-pushed away, or is the name misspelt?',
          cause: error,
        })
      }
    },
    async listTree(tree): Promise<TreeListing> {
      const entries: [string, TreeEntry][] = []
      const folders: [string, string][] = []
      await walk(repository, { oid: tree, path: '', depth: 0 }, { entries, folders })
      const byPath = <T>(a: [string, T], b: [string, T]) => (a[0] < b[0] ? -1 : 1)
      return { tree, entries: new Map(entries.sort(byPath)), folders: new Map([['.', tree], ...folders.sort(byPath)]) }
    },
    async readBlobs(oids, limitBytes) {
      const contents = new Map<string, Buffer | null>()
      for (const oid of oids) {
        const { blob } = await git.readBlob({ ...repository, oid })
        contents.set(oid, blob.length > limitBytes ? null : Buffer.from(blob))
      }
      return contents
    },
    async readLinks(commit) {
      try {
        const { commit: found, oid } = await git.readCommit({ ...repository, oid: commit })
        return new Map([[oid, { parents: found.parent, committedAt: found.committer.timestamp }]])
      } catch (error) {
        if (error instanceof git.Errors.NotFoundError) return new Map()
        throw error
      }
    },
  }
}

interface Found {
  readonly entries: [string, TreeEntry][]
  readonly folders: [string, string][]
}

async function walk(
  repository: { fs: typeof fs; gitdir: string; dir: string; cache: object },
  at: { oid: string; path: string; depth: number },
  found: Found,
): Promise<void> {
  const { tree } = await git.readTree({ ...repository, oid: at.oid })
  for (const entry of tree) {
    const path = at.path === '' ? entry.path : `${at.path}/${entry.path}`
    if (found.entries.length + found.folders.length >= treeEntryLimit || at.depth >= treeDepthLimit || path.length > pathLengthLimit) {
      throw new KyozoError(
        'repository_too_large',
        `the commit is larger than kyozo reads (${treeEntryLimit} paths, ${treeDepthLimit} folders deep, ${pathLengthLimit} characters a path)`,
      )
    }
    if (entry.type === 'tree') {
      found.folders.push([path, entry.oid])
      await walk(repository, { oid: entry.oid, path, depth: at.depth + 1 }, found)
    } else if (fileModes.has(entry.mode)) {
      found.entries.push([path, { mode: entry.mode as TreeEntry['mode'], oid: entry.oid }])
    }
  }
}
