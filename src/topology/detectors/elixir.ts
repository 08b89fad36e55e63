import { elixir as language } from '../languages/elixir.ts'
import { detectorFor } from '../languages/language.ts'

export const elixir = detectorFor(language)
