import { parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'

const extensions = ['', '.js', '.ts', '.mjs', '.cjs', '.mts', '.cts', '.tsx', '.jsx', '/index.js', '/index.ts', '/index.mjs', '/index.cjs']

/** The files a relative specifier may mean; TypeScript writes `.js` for a `.ts` file. */
export function nodeFiles(reference: string, folder: string): string[] {
  const path = resolvePath(folder, reference)
  if (path === undefined) return []
  const typed = path.replace(/\.([mc]?)js$/, '.$1ts')
  return [...extensions.map((extension) => path + extension), ...(typed === path ? [] : [typed])]
}

export const nodeSource: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|\/?\*).*$/gm,
  listens: [/\.listen\s{0,4}\(/g, /\bcreate(?:Secure)?Server\s{0,4}\(/g, /\bserve\s{0,4}\(\s{0,20}(?:app\b|\{)/g, /\bBun\.serve\s{0,4}\(/g],
  ports: [
    /\bprocess\.env(?:\.|\[['"])(?:[A-Z]{1,20}_)?PORT(?:['"]\])?\s{0,4}(?:\|\||\?\?)\s{0,4}['"]?(\d{2,5})\b/g,
    /\bPORT\s{0,4}=\s{0,4}['"]?(\d{2,5})\b/g,
    /\.listen\s{0,4}\(\s{0,20}(?:\{\s{0,20}port\s{0,4}:\s{0,4})?['"]?(\d{2,5})\b/g,
    /\bport\s{0,4}(?::\s{0,4}number\s{0,4})?[:=]\s{0,4}['"]?(\d{2,5})\b/gi,
  ],
  loops: [
    /\bsetInterval\s{0,4}\(/g,
    /\bnew Worker\s{0,4}\(\s{0,4}['"`]/g,
    /\bcron\.schedule\s{0,4}\(|\bnew CronJob\s{0,4}\(/g,
    /\.(?:subscribe|consume|process|blpop|brpop|xread|xreadgroup)\s{0,4}\(/gi,
    /\b(?:while\s{0,4}\(\s{0,4}true|for\s{0,4}\(\s{0,4};\s{0,4};)\s{0,4}\)/g,
  ],
  environment: [
    {
      pattern:
        /\bprocess\.env(?:\.|\[['"])(?<name>[A-Z_][A-Z0-9_]{0,63})(?:['"]\])?(?<bang>!)?(?:\s{0,8}(?:\|\||\?\?)\s{0,8}['"`]?(?<fallback>(?<=['"`])[^'"`\n$]{0,200}(?=['"`])|\d{1,9}\b))?/g,
      isRequired: (match) => match.groups?.bang === '!',
    },
    {
      // A variable of a destructured process.env: the line is `const { A, B = 'x' } = process.env`.
      pattern:
        /(?<=[{,]\s{0,20})(?<name>[A-Z_][A-Z0-9_]{0,63})(?:\s{0,4}=\s{0,4}['"]?(?<fallback>[^'",}\n]{0,100})['"]?)?(?=\s{0,20}(?:,[^{}]{0,300})?\}\s{0,4}=\s{0,4}process\.env\b)/g,
      isRequired: () => false,
    },
  ],
  imports: /\b(?:from|import|require)\b\s{0,4}\(?\s{0,4}['"]([^'"\n]{1,200})['"]/g,
  resolve: (module, fromFile) => (module.startsWith('.') ? nodeFiles(module, parentOf(fromFile)) : []),
}
