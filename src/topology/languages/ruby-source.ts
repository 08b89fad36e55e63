import { joinPath, parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { rubyRoutes } from './block-routes.ts'

export const rubySource: SourceLanguage = {
  comments: /^[ \t]{0,200}#.*$/gm,
  listens: [
    /\b(?:TCPServer|UNIXServer|WEBrick::HTTPServer|GRPC::RpcServer|Puma::Server|HTTP::Server)\.(?:new|open)\b/g,
    /\bRack(?:up)?::(?:Handler|Server)\b|\bSinatra::(?:Application|Base)\b|\brequire\s{1,4}["']sinatra["']/g,
    /^\s{0,8}run\s{1,4}(?:[A-Z]\w{0,60}|proc|lambda|->|app\b)/gm,
    /\.(?:run!|add_http2_port)(?:\s|\(|$)/gm,
  ],
  ports: [
    /\bport\s{1,4}(?:Integer\s{0,2}\()?\s{0,4}ENV\.fetch\s{0,4}\(\s{0,4}["']\w{0,20}PORT["']\s{0,4}(?:\)\s{0,4}\{\s{0,4}|,\s{0,4})["']?(\d{2,5})\b/g,
    /\bENV(?:\.fetch\s{0,4}\(\s{0,4}|\[)["'](?:(?:APP|HTTP|SERVER|WEB|LISTEN|API|SERVICE|BIND)_)?PORT["']\s{0,4}(?:,|\]\s{0,4}\|\||\)\s{0,4}\{|\]\.to_s\.empty\?\s{0,4}\?)\s{0,4}["']?(\d{2,5})\b/g,
    /^\s{0,8}port\s{1,4}["']?(\d{2,5})\b/gm,
    /\bset\s{0,4}\(?\s{0,4}:port\s{0,4},\s{0,4}["']?(\d{2,5})\b/g,
    /:?\bPort\b["']?\s{0,4}(?:=>|:)\s{0,4}["']?(\d{2,5})\b/gi,
    /\b(?:TCPServer)\.(?:new|open)\s{0,4}\(?\s{0,4}(?:["'][^"'\n]{0,40}["']\s{0,4},\s{0,4})?(\d{2,5})\b/g,
    /\b(?:bind|listen)\s{1,4}["'](?:tcp:\/\/)?[\w.[\]:]{0,40}?:(\d{2,5})["'/?]/g,
    /["']0\.0\.0\.0:(\d{2,5})["']/g,
    /^\s{0,8}listen\s{1,4}["']?(\d{2,5})\b/gm,
  ],
  loops: [
    /^\s{0,20}loop\s{1,4}(?:do\b|\{)/gm,
    /^\s{0,20}while\s{1,4}true\b/gm,
    /\binclude\s{1,4}Sidekiq::(?:Worker|Job)\b|\.subscribe\b[^\n]{0,80}\bblock\b|\bbot\.run\b|\.(?:brpop|blpop)\b/g,
  ],
  environment: [
    {
      pattern:
        /\bENV\.fetch\s{0,4}\(\s{0,8}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["']\s{0,4}(?:(?:\)\s{0,4}(?<block>\{|do\b)|(?<default>,))\s{0,8}["']?(?<fallback>(?<=["'])[^"'\n#]{0,200}|\d{1,9}\b)?)?/g,
      isRequired: (match) => match.groups?.block === undefined && match.groups?.default === undefined,
    },
    {
      pattern:
        /\bENV\[\s{0,4}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["']\s{0,4}\](?:\s{0,4}\|\|=?\s{0,8}["']?(?<fallback>(?<=["'])[^"'\n]{0,200}|\d{1,9}\b))?/g,
      isRequired: () => false,
    },
  ],
  imports: /^[ \t]{0,20}(?:require(?:_relative)?|load|eval_file)[ (]{1,4}(?:File\.\w{1,20}\([^"'\n]{0,40})?["']([\w./-]{1,150})["']/gm,
  routes: rubyRoutes,
  resolve: (module, fromFile) => {
    const folder = parentOf(fromFile)
    const path = resolvePath(folder, module.replace(/\.rb$/, ''))
    const plain = module.replace(/^\.\//, '').replace(/\.rb$/, '')
    return [...(path === undefined ? [] : [`${path}.rb`]), `${joinPath(folder, `lib/${plain}`)}.rb`]
  },
}
