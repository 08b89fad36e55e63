import { detectorFor } from '../languages/language.ts'
import { ruby as language } from '../languages/ruby.ts'

export const ruby = detectorFor(language)
