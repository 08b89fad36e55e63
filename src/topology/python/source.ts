import { ancestorsOf, joinPath, parentOf } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { pythonRoutes } from './routes.ts'

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

/** Names of variables that say where the program itself listens: `REDIS_PORT` is somebody else's. */
const ownPort =
  '(?:(?:APP|APPLICATION|SERVER|HTTP|WEB|WEBSITES|API|LISTEN|BIND|SERVICE|FLASK|FLASK_RUN|UVICORN|GRPC|CONTAINER|BACKEND|GRADIO_SERVER|STREAMLIT_SERVER)_)?PORT'

export const pythonSource: SourceLanguage = {
  comments: /^[ \t]{0,200}#.*$/gm,
  listens: [
    /\buvicorn\.(?:run|Server)\s{0,4}\(|\bhypercorn\b.{0,20}serve\s{0,4}\(|\bGranian\s{0,4}\(/g,
    /\b(?:app|application|api|server|socketio|sio|web_app|flask_app)\.run\s{0,4}\(/g,
    /\bweb\.(?:run_app|Application)\s{0,4}\(|\bserve_forever\s{0,4}\(|\.bind\s{0,4}\(\s{0,4}\(/g,
    /\b(?:\w{0,20}HTTPServer|\w{0,20}TCPServer|WSGIServer)\s{0,4}\(/g,
    /\bgrpc\.(?:aio\.)?server\s{0,4}\(|\bwaitress\.serve\s{0,4}\(|\bserve\s{0,4}\(\s{0,4}app\b/g,
    /\b(?:run_simple|make_server|start_server|websockets\.serve|create_server)\s{0,4}\(/g,
    /\b(?:app|application|http_server|server)\.listen\s{0,4}\(|\badd_(?:in)?secure_port\s{0,4}\(/g,
    /\b(?:demo|iface|interface|app|ui|blocks?|chat|chatbot)\.launch\s{0,4}\(|\bui\.run\s{0,4}\(|\bft\.app\s{0,4}\(/g,
    /\.run(?:_async)?\s{0,4}\([^()\n]{0,80}transport\s{0,4}=\s{0,4}["'](?:sse|http|streamable-http)["']|\bsse_app\s{0,4}\(|\bstreamable_http_app\s{0,4}\(/g,
    /^(?:async )?def \w{1,40}\s{0,4}\(\s{0,4}(?:environ\s{0,4},\s{0,4}start_response|scope\s{0,4},\s{0,4}receive\s{0,4},\s{0,4}send)\s{0,4}\)/gm,
  ],
  ports: [
    new RegExp(`\\b(?:environ\\.get|getenv)\\s{0,4}\\(\\s{0,4}["']${ownPort}["']\\s{0,4},\\s{0,4}["']?(\\d{2,5})\\b`, 'g'),
    new RegExp(`\\b(?:environ\\.get|getenv)\\s{0,4}\\(\\s{0,4}["']${ownPort}["']\\s{0,4}\\)\\s{1,4}or\\s{1,4}["']?(\\d{2,5})\\b`, 'g'),
    new RegExp(
      `\\b(?:config|env(?:\\.int|\\.str)?)\\s{0,4}\\(\\s{0,4}["']${ownPort}["']\\s{0,4},[^()\\n]{0,40}?["'=\\s](\\d{2,5})\\b`,
      'g',
    ),
    /\b(?:run|serve|run_app|launch|run_simple|listen|uvicorn\.Config|ListenConfig)\s{0,4}\([^()]{0,200}?\bport\s{0,4}=\s{0,4}["']?(\d{2,5})\b/g,
    /\badd_(?:in)?secure_port\s{0,4}\(\s{0,4}f?["'][^"'\n]{0,60}:(\d{2,5})["']/g,
    /\b\w{0,20}(?:HTTPServer|TCPServer|WSGIServer)\s{0,4}\(\s{0,4}\(\s{0,4}["'][^"'\n]{0,60}["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /\b(?:run_simple|make_server|run)\s{0,4}\(\s{0,4}["'][^"'\n]{0,60}["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /\b(?:start_server|websockets\.serve|create_server)\s{0,4}\([^()\n]{0,60},\s{0,4}["'][^"'\n]{0,60}["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /\.listen\s{0,4}\(\s{0,4}(\d{2,5})\b/g,
    /\.bind\s{0,4}\(\s{0,4}\(\s{0,4}["'][^"'\n]{0,60}["']\s{0,4},\s{0,4}(\d{2,5})/g,
    /["']--(?:\w{1,20}-)?port["'][^()]{0,160}?\bdefault\s{0,4}=\s{0,4}["']?(\d{2,5})\b/g,
    /(?<![\w.])port\s{0,4}=\s{0,4}["']?(\d{2,5})\b/gi,
    new RegExp(`^${ownPort}\\s{0,4}=\\s{0,4}["']?(\\d{2,5})\\b`, 'gm'),
    /(?<![\w.])(?:app_|server_|http_|web_|api_)?port\s{0,4}:\s{0,4}int\s{0,4}=\s{0,4}(?:Field\s{0,4}\(\s{0,4}(?:default\s{0,4}=\s{0,4})?)?(\d{2,5})\b/gi,
    /\bdefault_port\s{0,4}=\s{0,4}["']?(\d{2,5})\b/g,
  ],
  loops: [
    /^[ \t]{0,40}while\s{1,4}(?:True|1|not\b[^\n]{1,60}|running|_?run\w{0,20})\s{0,4}:/gm,
    /\b(?:run_forever|start_consuming|start_polling|run_polling|infinity_polling|run_until_disconnected|run_pending)\s{0,4}\(/g,
    /\b(?:bot|client|scheduler|worker)\.(?:run|start|work|polling)\s{0,4}\(/g,
    /\b(?:Worker|BlockingScheduler|Consumer|KafkaConsumer|AIOKafkaConsumer|SocketModeHandler)\s{0,4}\(/g,
    /\.(?:blpop|brpop|xread|xreadgroup|listen)\s{0,4}\(/g,
  ],
  environment: [
    { pattern: /\b(?:os\.)?environ\[\s{0,4}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["']\s{0,4}\](?!\s{0,4}=[^=])/g, isRequired: () => true },
    {
      pattern:
        /\b(?:os\.)?(?:environ\.get|getenv)\s{0,4}\(\s{0,8}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["'](?:\s{0,4},\s{0,8}["']?(?<fallback>(?<=["'])[^"'\n]{0,200}|\d{1,9}\b))?/g,
      isRequired: () => false,
    },
    {
      // python-decouple and environs: a call without a default fails when the variable is missing.
      pattern:
        /\b(?:config|env(?:\.(?:str|int|bool|float|url|list|json|path|db|db_url|cache|cache_url|email_url))?)\s{0,4}\(\s{0,8}["'](?<name>[A-Z_][A-Z0-9_]{0,63})["'](?<default>(?:\s{0,4},\s{0,8}cast\s{0,4}=\s{0,4}[\w.]{1,40})?\s{0,4},\s{0,8}(?:default\s{0,4}=\s{0,4}["']?(?<fallback>(?<=["'])[^"'\n]{0,200}|\d{1,9}\b)?|["'\d[TFN])?)?/g,
      isRequired: (match) => match.groups?.default === undefined || !/default\s{0,4}=|,\s{0,8}["'\d[TFN]/.test(match.groups.default),
    },
  ],
  // Django's urls.py names modules of routes by strings.
  imports:
    /(?:^[ \t]{0,40}(?:from|import)[ \t]{1,4}|\binclude\(\s{0,8}\(?\s{0,8}["'])([.\w]{1,200}(?:[ \t]{1,4}import[ \t]{1,4}\w{1,60})?)/gm,
  routes: pythonRoutes,
  resolve: pythonFiles,
}
