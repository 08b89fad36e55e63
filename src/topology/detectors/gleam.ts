import { gleam as language } from '../languages/gleam.ts'
import { detectorFor } from '../languages/language.ts'

export const gleam = detectorFor(language)
