import { java as language } from '../languages/java.ts'
import { detectorFor } from '../languages/language.ts'

export const java = detectorFor(language)
