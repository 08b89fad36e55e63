import { detectorFor } from '../languages/language.ts'
import { php as language } from '../languages/php.ts'

export const php = detectorFor(language)
