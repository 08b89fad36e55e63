import { deno as language } from '../languages/deno.ts'
import { detectorFor } from '../languages/language.ts'

export const deno = detectorFor(language)
