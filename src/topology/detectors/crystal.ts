import { crystal as language } from '../languages/crystal.ts'
import { detectorFor } from '../languages/language.ts'

export const crystal = detectorFor(language)
