import { flutterWeb } from '../languages/dart.ts'
import { detectorFor } from '../languages/language.ts'

export const flutter = detectorFor(flutterWeb)
