import type { Detector } from '../claim.ts'
import { dotnet as language } from '../languages/dotnet.ts'
import { detectorFor } from '../languages/language.ts'

const detector = detectorFor(language)

/** WebAssembly runs in browsers: what is served are files. */
export const dotnet: Detector = {
  ...detector,
  claim(folder, repository) {
    const claim = detector.claim(folder, repository)
    if (claim?.spec.facts?.kind !== 'wasm') return claim
    const { start: _, port: __, ...spec } = claim.spec
    return { ...claim, type: 'static_site', spec: { ...spec, port: 80, facts: { ...spec.facts, output: 'out/wwwroot' } } }
  },
}
