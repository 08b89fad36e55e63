import type { SourceLanguage } from '../reading/source.ts'

/** Go finds a package's files through its module, which golang/module.ts does; single files are never named. */
export const goSource: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  listens: [
    /\bListenAndServe(?:TLS)?\s{0,4}\(/g,
    /\bnet\.Listen\s{0,4}\(|\bListenConfig\b/g,
    /\bgrpc\.NewServer\s{0,4}\(/g,
    /\.(?:Run|Start|Listen)\s{0,4}\(\s{0,4}(?:"[^"\n]{0,60}:\d{2,5}"|":"|addr\b|port\b|fmt\.Sprintf\()/g,
  ],
  ports: [
    /\b\w{0,30}(?:[Ee]nv|ENV)\w{0,30}\s{0,4}\(\s{0,4}"(?:[A-Z]{1,20}_)?(?:PORT|ADDR)"(?:\s{0,4}\))?\s{0,4},\s{0,4}"?(?:[^"\n:]{0,40}:)?(\d{2,5})\b/g,
    /\b(?:ListenAndServe(?:TLS)?|Run|Start|Listen)\s{0,4}\(\s{0,4}(?:"tcp4?"\s{0,4},\s{0,4})?"[^"\n:]{0,60}:(\d{2,5})"/g,
    /\bAddr\s{0,4}:\s{0,4}"[^"\n:]{0,60}:(\d{2,5})"/g,
    /\b(?:port|addr)\w{0,20}\s{0,4}(?:string\s{0,4}|int\s{0,4})?:?=\s{0,4}"?(?:[^"\n:]{0,40}:)?(\d{2,5})\b/gi,
  ],
  loops: [
    /^[ \t]{0,40}for\s{0,4}\{/gm,
    /^[ \t]{0,40}select\s{0,4}\{\s{0,4}\}/gm,
    /\bsignal\.Notify(?:Context)?\s{0,4}\(/g,
    /\btime\.(?:NewTicker|Tick)\s{0,4}\(/g,
    /\.(?:BLPop|BRPop|XRead|XReadGroup|Consume|Subscribe)\s{0,4}\(/g,
  ],
  environment: [
    {
      pattern:
        /\b\w{0,30}(?:[Ee]nv|ENV)\w{0,30}\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"(?:\s{0,4}\))?(?:\s{0,4},\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => /^must/i.test(match[0]),
    },
  ],
  imports: /^[ \t]{0,40}(?:import[ \t]{1,4})?(?:[\w.]{1,60}[ \t]{1,4})?"([\w./@~+-]{1,200})"[ \t]{0,10}$/gm,
  resolve: () => [],
}
