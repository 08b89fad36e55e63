import { dart as language } from '../languages/dart.ts'
import { detectorFor } from '../languages/language.ts'

export const dart = detectorFor(language)
