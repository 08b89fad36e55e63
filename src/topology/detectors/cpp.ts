import { cpp as language } from '../languages/cpp.ts'
import { detectorFor } from '../languages/language.ts'

export const cpp = detectorFor(language)
