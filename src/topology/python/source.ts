import { ancestorsOf, joinPath, parentOf } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'

/** The files a module may be: relative by its dots, absolute from the file's folder and every folder above it. */
function pythonFiles(statement: string, fromFile: string): string[] {
  const [module = '', imported] = statement.split(/[ \t]{1,4}import[ \t]{1,4}/)
  return [
    ...(imported === undefined ? [] : moduleFiles(module.endsWith('.') ? module + imported : `${module}.${imported}`, fromFile)),
    ...moduleFiles(module, fromFile),
  ]
}

function moduleFiles(module: string, fromFile: string): string[] {
  const dots = /^\.{0,8}/.exec(module)?.[0].length ?? 0
  const names = module.slice(dots).split('.').filter(Boolean)
  const folder = parentOf(fromFile)
  if (names.length === 0) return dots === 0 ? [] : [joinPath(nthParent(folder, dots - 1), '__init__.py')]
  const starts = dots === 0 ? [folder, ...ancestorsOf(folder)] : [nthParent(folder, dots - 1)]
  return starts.flatMap((start) => {
    const path = joinPath(start, names.join('/'))
    return [`${path}.py`, `${path}/__init__.py`]
  })
}

function nthParent(folder: string, times: number): string {
  let path = folder
  for (let left = times; left > 0; left--) path = parentOf(path)
  return path
}

export const pythonSource: SourceLanguage = {
  comments: /^[ \t]{0,200}#.*$/gm,
  listens: [
    /\buvicorn\.run\s{0,4}\(|\bhypercorn\b.{0,20}serve\s{0,4}\(/g,
    /\b(?:app|application|api|server)\.run\s{0,4}\(/g,
    /\bweb\.run_app\s{0,4}\(|\bserve_forever\s{0,4}\(|\.bind\s{0,4}\(\s{0,4}\(/g,
    /\b(?:HTTPServer|ThreadingHTTPServer|TCPServer)\s{0,4}\(/g,
    /\bgrpc\.(?:aio\.)?server\s{0,4}\(|\bwaitress\.serve\s{0,4}\(|\bserve\s{0,4}\(\s{0,4}app\b/g,
  ],
  ports: [
    /\b(?:environ\.get|getenv)\s{0,4}\(\s{0,4}["'](?:[A-Z]{1,20}_)?PORT["']\s{0,4},\s{0,4}["']?(\d{2,5})\b/g,
    /\bport\s{0,4}=\s{0,4}["']?(\d{2,5})\b/gi,
    /\b(?:HTTPServer|ThreadingHTTPServer|TCPServer)\s{0,4}\(\s{0,4}\(\s{0,4}["'][^"'\n]{0,60}["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /\.bind\s{0,4}\(\s{0,4}\(\s{0,4}["'][^"'\n]{0,60}["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /\bport\s{0,4}:\s{0,4}int\s{0,4}=\s{0,4}(\d{2,5})\b/gi,
  ],
  loops: [
    /^[ \t]{0,40}while\s{1,4}(?:True|1|not\b[^\n]{1,60}|running|_?run\w{0,20})\s{0,4}:/gm,
    /\b(?:run_forever|start_consuming|start_polling|run_polling)\s{0,4}\(/g,
    /\b(?:Worker|BlockingScheduler|Consumer|KafkaConsumer)\s{0,4}\(/g,
    /\.(?:blpop|brpop|xread|xreadgroup|listen)\s{0,4}\(/g,
  ],
  environment: [
    { pattern: /\bos\.environ\[\s{0,4}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["']\s{0,4}\]/g, isRequired: () => true },
    {
      pattern:
        /\b(?:os\.)?(?:environ\.get|getenv)\s{0,4}\(\s{0,8}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["'](?:\s{0,4},\s{0,8}["']?(?<fallback>(?<=["'])[^"'\n]{0,200}|\d{1,9}\b))?/g,
      isRequired: () => false,
    },
    {
      // python-decouple and environs: a call without a default fails when the variable is missing.
      pattern:
        /\b(?:config|env(?:\.(?:str|int|bool|url|list|db|cache))?)\s{0,4}\(\s{0,8}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["'](?<default>\s{0,4},\s{0,8}default\s{0,4}=\s{0,4}["']?(?<fallback>(?<=["'])[^"'\n]{0,200}|\d{1,9}\b)?)?/g,
      isRequired: (match) => match.groups?.default === undefined,
    },
  ],
  imports: /^[ \t]{0,40}(?:from|import)[ \t]{1,4}([.\w]{1,200}(?:[ \t]{1,4}import[ \t]{1,4}\w{1,60})?)/gm,
  resolve: pythonFiles,
}
