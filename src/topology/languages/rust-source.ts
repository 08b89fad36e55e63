// What Rust programs are built on, and what their source says.
import { joinPath, parentOf } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import type { Framework } from './language.ts'
import { rustRoutes } from './rust-routes.ts'

export const rustFrameworks: readonly Framework[] = [
  { name: 'loco', packages: ['loco-rs'], port: 5150, health: '/_ping' },
  { name: 'leptos', packages: ['leptos_axum', 'leptos_actix'], port: 3000 },
  { name: 'dioxus', packages: ['dioxus-fullstack', 'dioxus-server'], port: 8080 },
  { name: 'rocket', packages: ['rocket'], port: 8000 },
  { name: 'poem', packages: ['poem', 'poem-openapi'], port: 3000 },
  { name: 'salvo', packages: ['salvo'], port: 5800 },
  { name: 'dropshot', packages: ['dropshot'], port: 8080 },
  { name: 'cot', packages: ['cot'], port: 8000 },
  { name: 'pavex', packages: ['pavex'], port: 8080 },
  { name: 'rwf', packages: ['rwf'], port: 8000 },
  { name: 'axum', packages: ['axum', 'shuttle-axum', 'aide'], port: 3000 },
  { name: 'actix-web', packages: ['actix-web', 'shuttle-actix-web'], port: 8080 },
  { name: 'warp', packages: ['warp'], port: 3030 },
  { name: 'tide', packages: ['tide'], port: 8080 },
  { name: 'viz', packages: ['viz'], port: 3000 },
  { name: 'ntex', packages: ['ntex'], port: 8080 },
  { name: 'gotham', packages: ['gotham'], port: 7878 },
  { name: 'thruster', packages: ['thruster'], port: 4321 },
  { name: 'trillium', packages: ['trillium'], port: 8080 },
  { name: 'nickel', packages: ['nickel'], port: 6767 },
  { name: 'iron', packages: ['iron'], port: 3000 },
  { name: 'rouille', packages: ['rouille'], port: 8000 },
  { name: 'tiny-http', packages: ['tiny_http'], port: 8000 },
  { name: 'async-graphql', packages: ['async-graphql-axum', 'async-graphql-warp', 'async-graphql-poem'], port: 8000 },
  { name: 'tonic', packages: ['tonic'], port: 50051 },
  { name: 'hyper', packages: ['hyper', 'hyper_wasi'], port: 3000 },
  { name: 'lambda', packages: ['lambda_http', 'lambda_runtime'], kind: 'worker' },
  { name: 'apalis', packages: ['apalis'], kind: 'worker' },
  { name: 'fang', packages: ['fang'], kind: 'worker' },
  { name: 'serenity', packages: ['serenity', 'poise', 'twilight-gateway'], kind: 'worker' },
  { name: 'teloxide', packages: ['teloxide'], kind: 'worker' },
  { name: 'rdkafka', packages: ['rdkafka'], kind: 'worker' },
  { name: 'clap', packages: ['clap', 'structopt', 'argh', 'pico-args', 'gumdrop', 'lexopt', 'bpaf', 'docopt', 'getopts', 'palc', 'xflags'], kind: 'tool' },
  { name: 'ratatui', packages: ['ratatui', 'crossterm', 'cursive', 'dialoguer', 'indicatif'], kind: 'tool' },
  { name: 'tauri', packages: ['tauri'], kind: 'tool' },
  { name: 'bevy', packages: ['bevy', 'ggez', 'macroquad', 'winit'], kind: 'tool' },
  { name: 'egui', packages: ['eframe', 'iced', 'druid', 'slint', 'gtk4', 'gtk'], kind: 'tool' },
  { name: 'yew', packages: ['yew', 'sycamore', 'dominator', 'wasm-bindgen'], kind: 'tool' },
] // biome-ignore format: a table

export const rustSource: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  withoutAside: withoutTests,
  listens: [
    /\b(?:TcpListener|UdpSocket|UnixListener)::bind\s{0,4}\(/g,
    /\bHttpServer::new\s{0,4}\(|\bServer::(?:bind|builder|http|run)\s{0,4}\(/g,
    /\baxum::serve\s{0,4}\(|\bwarp::serve\s{0,4}\(|\brocket::(?:build|ignite)\s{0,4}\(|#\[(?:rocket::)?launch\]|#\[shuttle_runtime::main\]/g,
    /\bserve_connection\s{0,4}\(|\brouille::start_server\s{0,4}\(|\.(?:serve|listen|serve_with_shutdown)\s{0,4}\(/g,
  ],
  ports: [
    /\bport\b[^\n]{0,60}?unwrap_or(?:_else)?\s{0,4}\([^\n\d]{0,40}(\d{2,5})\b/gi,
    /\bport\b[^\n]{0,80}\n[^\n]{0,80}\n?[^\n]{0,80}?unwrap_or(?:_else)?\s{0,4}\([^\n\d]{0,40}(\d{2,5})\b/gi,
    /["'](?:0\.0\.0\.0|127\.0\.0\.1|\[::1?\]|localhost):(\d{2,5})["']/g,
    /\[\s{0,2}(?:127, ?0, ?0, ?1|0, ?0, ?0, ?0|0; ?4)\s{0,2}\],\s{0,4}(\d{2,5})\)/g,
    /\(\s{0,2}"(?:0\.0\.0\.0|127\.0\.0\.1|\[?::\]?|localhost)"\s{0,4},\s{0,4}(\d{2,5})(?:u16)?\s{0,2}\)/g,
    /\b(?:const|static)\s{1,4}[A-Z_]{0,20}PORT\b[^=\n]{0,20}=\s{0,4}"?(\d{2,5})\b/g,
    /\b(?:default_value(?:_t)?\s{0,4}=\s{0,4}"?)(\d{4,5})\b/g,
    /#\[(?:serde\()?default\s{0,4}[(=]\s{0,4}"?(\d{2,5})"?\s{0,4}\){1,2}\](?:[^\n]{0,120}\n){1,4}?\s{0,20}(?:pub\s{1,4})?(?:http_|server_|listen_|bind_)?port\s{0,4}:/g,
    /\blet\s{1,4}(?:mut\s{1,4})?port\b[^=\n]{0,20}=\s{0,4}(\d{2,5})\b/g,
  ],
  loops: [/^\s{0,20}loop\s{0,4}\{/gm, /\btokio::time::interval\s{0,4}\(/g, /\bwhile\s{1,4}(?:true|let\s{1,4}(?:Some|Ok)\b)[^\n]{0,80}\.await/g],
  environment: [
    {
      pattern:
        /\b(?:env|dotenvy|dotenv)::var(?:_os)?\s{0,4}\(\s{0,8}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,8}\)(?:\s{0,40}\.unwrap_or(?:_else)?\s{0,4}\([^"\n)]{0,40}"(?<fallback>[^"\n]{0,200})")?(?<must>\s{0,40}(?:\.(?:unwrap|expect)\s{0,4}\(|\?))?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
    {
      // clap and envconfig read a variable into a field.
      pattern:
        /\b(?:env|from)\s{0,4}=\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{2,63})"(?:[^\n\]]{0,60}\bdefault(?:_value)?\s{0,4}=\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => !/default/.test(match[0]),
    },
  ],
  imports: /^[ \t]{0,8}(?:pub(?:\([a-z]{1,10}\))?\s{1,4})?(?:use|mod|extern\s{1,4}crate)\s{1,4}(?:crate::)?([a-z_][a-z0-9_]{0,60})\b(?!\s{0,4}\{)/gm,
  routes: rustRoutes,
  resolve: moduleFiles,
} // biome-ignore format: a table

/** `mod routes;` is a file beside the main file, or below the file that declares it. */
function moduleFiles(module: string, fromFile: string): string[] {
  const folder = parentOf(fromFile)
  const stem = /([^/]{1,100})\.rs$/.exec(fromFile)?.[1] ?? 'main'
  const homes = ['main', 'lib', 'mod'].includes(stem) ? [folder] : [joinPath(folder, stem), folder]
  return homes.flatMap((home) => [joinPath(home, `${module}.rs`), joinPath(home, `${module}/mod.rs`)])
}

/** Tests end the file that they belong to. */
function withoutTests(text: string): string {
  const at = text.search(/^#\[cfg\(test\)\]\s{0,8}(?:pub\s{1,4})?mod\s{1,4}\w{1,60}\s{0,4}\{/m)
  return at < 0 ? text : text.slice(0, at)
}
