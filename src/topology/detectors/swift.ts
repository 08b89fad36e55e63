import { detectorFor } from '../languages/language.ts'
import { swift as language } from '../languages/swift.ts'

export const swift = detectorFor(language)
