// How far a call or a block reaches.
import type { RouteScope } from './syntax.ts'

/** Characters that a scope may be long. */
const extentLimit = 16_384

/** Where a scope that opens at a place ends. */
export function endOfScope(text: string, open: number, reaches: RouteScope['reaches']): number {
  if (reaches === 'file') return text.length
  if (reaches === 'block') return endOfBlock(text, open)
  const end = endOfBrackets(text, open, reaches === 'call' ? 1 : 0)
  if (reaches === 'rest') return end
  // A lambda may follow the arguments.
  const brace = /^\s{0,8}\{/.exec(text.slice(end + 1, end + 12))?.[0].length
  return brace === undefined ? end : endOfBrackets(text, end + 1 + brace, 1)
}

function endOfBrackets(text: string, open: number, depth: number): number {
  let left = depth
  const last = Math.min(text.length, open + extentLimit)
  for (let at = open; at < last; at++) {
    const character = text[at]
    if (character === '(' || character === '[' || character === '{') left++
    else if (character === ')' || character === ']' || character === '}') {
      if (--left === 0 && depth > 0) return at
      if (left < 0) return at
    } else if (character === ';' && left === 0) return at
  }
  return last
}

/** The `end` that stands as far from the margin as the line that opens the block. */
function endOfBlock(text: string, open: number): number {
  const start = text.lastIndexOf('\n', open - 1) + 1
  const margin = /^[ \t]{0,80}/.exec(text.slice(start, start + 80))?.[0] ?? ''
  const end = text.indexOf(`\n${margin}end`, open)
  return end < 0 ? text.length : end
}
