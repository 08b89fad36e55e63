import { describe, expect, it } from 'vitest'
import type { Trust } from '../../../src/topology/compose/model.ts'
import { readText, rulesOf, serviceText } from './reading.ts'

/** What becomes of a line under a service: the rules it breaks, or the pointers that are left out. */
function outcome(lines: string, policy: Trust): string {
  const model = readText(serviceText(lines), { policy, files: { 'app.env': 'A=1\n' } })
  const rules = rulesOf(model)
  if (rules.length > 0) return `refused: ${rules.join(', ')}`
  return model.differences.length > 0 ? 'left out' : 'read'
}

describe('how far a branch, a preview and a fork are trusted', () => {
  it.each([
    ['cap_add: [CHOWN]', 'read', 'refused: cap_add', 'refused: cap_add'],
    ['sysctls: {net.core.somaxconn: 1024}', 'read', 'refused: sysctl', 'refused: sysctl'],
    ['ulimits: {nofile: 4096}', 'read', 'refused: limit', 'refused: limit'],
    ['env_file: app.env', 'read', 'read', 'refused: env_file'],
    ['environment: {A: b}', 'read', 'read', 'read'],
    ['restart: always', 'read', 'left out', 'left out'],
    ['mem_limit: 1g', 'read', 'left out', 'left out'],
    ['deploy: {replicas: 3, resources: {limits: {memory: 1g}}}', 'read', 'left out', 'left out'],
    ['labels: {com.example.a: b}', 'read', 'left out', 'left out'],
    ['labels: {app.version: b}', 'read', 'read', 'read'],
    ['labels: {traefik.enable: b}', 'refused: label', 'refused: label', 'refused: label'],
    ['hostname: web', 'read', 'left out', 'left out'],
    ['platform: linux/amd64', 'read', 'left out', 'left out'],
    ['security_opt: ["no-new-privileges:true"]', 'read', 'read', 'read'],
    ['privileged: true', 'refused: privileged', 'refused: privileged', 'refused: privileged'],
    ['network_mode: none', 'read', 'read', 'read'],
    ['ports: ["3000:3000"]', 'left out', 'left out', 'left out'],
    ['stop_grace_period: 20s', 'read', 'read', 'left out'],
    ['stop_grace_period: 2m', 'read', 'left out', 'left out'],
    ['privileged: false', 'read', 'read', 'read'],
    ['devices: []', 'read', 'read', 'read'],
  ])('%s', (lines, trusted, preview, fork) => {
    expect([outcome(lines, 'trusted'), outcome(lines, 'preview'), outcome(lines, 'fork')]).toEqual([trusted, preview, fork])
  })

  it('shortens how long a preview may take to stop', () => {
    const graces = (['trusted', 'preview', 'fork'] as const).map(
      (policy) => readText(serviceText('stop_grace_period: 2m'), { policy }).services.web?.stopGraceMs,
    )
    expect(graces).toEqual([120_000, 30_000, 10_000])
  })
})
