import { detectorFor } from '../languages/language.ts'
import { rust as language } from '../languages/rust.ts'

export const rust = detectorFor(language)
