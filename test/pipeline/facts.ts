// Rows and services as the pipeline knows them, each with what a test says differently.

import type { StackService, StackSpec } from '../../src/stack/stack.ts'
import type { Environment } from '../../src/store/environments.ts'
import type { Release } from '../../src/store/releases.ts'
import type { Workspace } from '../../src/store/workspaces.ts'

export const older = 'a'.repeat(40)
export const newer = 'b'.repeat(40)
const at = new Date('2026-01-01T00:00:00Z')

export function workspace(parts: Partial<Workspace> = {}): Workspace {
  return {
    id: 'w1',
    teamId: 't1',
    name: 'shop',
    forge: 'github',
    connection: 'main',
    repositoryId: '42',
    repositoryName: 'mona/Shop',
    repositoryUrl: 'https://github.com/mona/Shop.git',
    defaultBranch: 'main',
    keepsWebhook: false,
    hostDefaultBranch: null,
    containerEnabled: true,
    home: null,
    autoDeployEnabled: true,
    serviceTopology: null,
    containerRegistryUrl: null,
    deploymentEnvironment: 'production',
    defaultResourceLimits: {},
    createdAt: at,
    updatedAt: at,
    ...parts,
  }
}

export function environment(parts: Partial<Environment> = {}): Environment {
  return {
    id: 'e1',
    teamId: 't1',
    workspaceId: 'w1',
    name: 'production',
    ref: 'refs/heads/main',
    kind: 'branch',
    project: 'kyozo-shop-production',
    hostLabel: 'shop',
    pullRequestId: null,
    trust: 'trusted',
    lifeSeconds: null,
    analyzedTree: null,
    analyzedSha: null,
    liveReleaseId: null,
    generation: 1,
    pausedBy: null,
    pausedById: null,
    pausedAt: null,
    pauseReason: null,
    removalPausedAt: null,
    expiresAt: null,
    createdAt: at,
    updatedAt: at,
    ...parts,
  }
}

export function release(parts: Partial<Release> = {}): Release {
  return {
    id: 'r1',
    teamId: 't1',
    workspaceId: 'w1',
    environmentId: 'e1',
    sequence: '1',
    ref: 'refs/heads/main',
    sha: newer,
    tree: null,
    state: 'queued',
    stage: null,
    reason: null,
    errorCode: null,
    supersededBy: null,
    generation: null,
    attempt: 0,
    leaseOwner: null,
    leaseToken: null,
    leaseExpiresAt: null,
    nextAttemptAt: null,
    waitsFor: null,
    diff: null,
    topology: null,
    stackSpec: null,
    plan: null,
    planText: null,
    timings: {},
    triggeredBy: 'mona',
    triggeredById: null,
    options: {},
    cancelRequestedAt: null,
    cancelRequestedBy: null,
    isKept: false,
    commitBack: null,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    ...parts,
  }
}

export function service(name: string, parts: Partial<StackService> = {}): StackService {
  return {
    name,
    folder: `services/${name}`,
    type: 'nodejs',
    image: `kyozo/shop/${name}:1`,
    build: { context: '.', files: [], dockerfile: 'FROM scratch', args: {} },
    configHash: `v1:${name}`,
    replacement: { kind: 'beside' },
    replicas: 1,
    port: 8080,
    health: { kind: 'tcp' },
    healthDeadlineMs: 60_000,
    isOneShot: false,
    dependsOn: [],
    volumes: [],
    evidence: [],
    ...parts,
  }
}

export function stack(...services: readonly StackService[]): StackSpec {
  return {
    project: 'kyozo-shop-production',
    document: { services: {} },
    documentText: '',
    overlay: { services: {} },
    overlayText: '',
    services,
    volumes: [],
    secrets: [],
    differences: [],
  }
}
