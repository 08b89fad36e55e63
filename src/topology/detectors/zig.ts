import { detectorFor } from '../languages/language.ts'
import { zig as language } from '../languages/zig.ts'

export const zig = detectorFor(language)
