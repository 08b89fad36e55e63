import { haskell as language } from '../languages/haskell.ts'
import { detectorFor } from '../languages/language.ts'

export const haskell = detectorFor(language)
