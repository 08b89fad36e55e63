import { parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import type { Framework } from './language.ts'

export const cppFrameworks: readonly Framework[] = [
  { name: 'drogon', packages: ['drogon'], port: 8080 },
  { name: 'crow', packages: ['crow', 'crowcpp', 'crowcpp-crow', 'crow_all'], port: 18080 },
  { name: 'oatpp', packages: ['oatpp'], port: 8000 },
  { name: 'pistache', packages: ['pistache', 'pistacheio'], port: 9080 },
  { name: 'userver', packages: ['userver'], port: 8080 },
  { name: 'restinio', packages: ['restinio'], port: 8080 },
  { name: 'restbed', packages: ['restbed', 'corvusoft'], port: 1984 },
  { name: 'cpprestsdk', packages: ['cpprestsdk', 'cpprest'], port: 8080 },
  { name: 'cppcms', packages: ['cppcms'], port: 8080 },
  { name: 'wt', packages: ['wt'], port: 8080 },
  { name: 'served', packages: ['served'], port: 8080 },
  { name: 'lithium', packages: ['lithium', 'lithium_http_server'], port: 8080 },
  { name: 'cinatra', packages: ['cinatra'], port: 8080 },
  { name: 'proxygen', packages: ['proxygen'], port: 11000 },
  { name: 'poco', packages: ['poco', 'poconet'], port: 8080 },
  { name: 'cpp-httplib', packages: ['cpp-httplib', 'httplib'], port: 8080 },
  { name: 'mongoose', packages: ['mongoose'], port: 8000 },
  { name: 'civetweb', packages: ['civetweb'], port: 8080 },
  { name: 'libmicrohttpd', packages: ['libmicrohttpd', 'microhttpd'], port: 8888 },
  { name: 'facil.io', packages: ['facil.io', 'fio'], port: 3000 },
  { name: 'kore', packages: ['kore'], port: 8888 },
  { name: 'h2o', packages: ['h2o'], port: 8080 },
  { name: 'uwebsockets', packages: ['uwebsockets', 'uws'], port: 9001 },
  { name: 'websocketpp', packages: ['websocketpp'], port: 9002 },
  { name: 'seasocks', packages: ['seasocks'], port: 9090 },
  { name: 'grpc', packages: ['grpc', 'grpc++', 'grpcpp'], port: 50051 },
  { name: 'thrift', packages: ['thrift'], port: 9090 },
  { name: 'boost-beast', packages: ['boost-beast', 'boost.beast'], port: 8080 },
  { name: 'kafka', packages: ['librdkafka', 'rdkafka', 'cppkafka', 'amqpcpp', 'rabbitmq-c'], kind: 'worker' },
  { name: 'qt', packages: ['qt5', 'qt6', 'qt', 'wxwidgets', 'gtk', 'gtkmm', 'gtk+-3.0', 'gtk4'], kind: 'tool' },
  { name: 'sdl', packages: ['sdl', 'sdl2', 'sdl3', 'sfml', 'glfw', 'glfw3', 'raylib', 'imgui', 'opengl', 'vulkan', 'ncurses', 'curses'], kind: 'tool' },
] // biome-ignore format: a table

export const cppSource: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|\/?\*).*$/gm,
  listens: [
    /\bbind\s{0,4}\([^;\n]{0,120}\bsockaddr\b|(?<![.\w])listen\s{0,4}\(\s{0,4}\w{1,40}\s{0,4},/g,
    /\b(?:acceptor|tcp::acceptor|ServerBuilder|HTTPServer|HttpServer|TSimpleServer|TThreadedServer|TThreadPoolServer|MHD_start_daemon|mg_http_listen|mg_start|http_listen)\b\s{0,4}[({ \w]/g,
    /(?:\.|->)(?:listen|addListener|AddListeningPort|BuildAndStart|async_accept|run|serve|multithreaded)\s{0,4}\(/g,
    /\bdrogon::app\s{0,4}\(\)|\bcrow::SimpleApp\b|\bhttplib::(?:SSL)?Server\b/g,
  ],
  ports: [
    /\bgetenv\s{0,4}\(\s{0,4}"PORT"\s{0,4}\)[^\n]{0,120}?\b(\d{4,5})\b/g,
    /\b(?:addListener|listen|start|Server)\s{0,4}\(\s{0,4}"[^"\n]{0,60}"\s{0,4},\s{0,4}(\d{2,5})\b/g,
    /\.port\s{0,4}\(\s{0,4}(\d{2,5})\s{0,4}\)/g,
    /"(?:https?:\/\/)?(?:0\.0\.0\.0|localhost|127\.0\.0\.1|\[::\])?:(\d{2,5})"/g,
    /\bhtons\s{0,4}\(\s{0,4}(\d{2,5})\s{0,4}\)/g,
    /^\s{0,8}#\s{0,4}define\s{1,4}\w{0,30}PORT\w{0,10}\s{1,20}\(?(\d{2,5})\b/gm,
    /\b\w{0,30}[pP](?:ort|ORT)\w{0,10}\s{0,4}(?:=|\{|\()\s{0,4}"?(\d{2,5})\b/g,
    /\b\w{0,30}[pP](?:ort|ORT)\w{0,10}\s{0,4}=[^;\n]{1,80}?[?:]\s{0,4}"?(\d{4,5})\b/g,
    /\b(?:endpoint|Address|Port|acceptor)(?:\s{1,4}\w{1,30})?\s{0,4}[({][^\n;]{0,80}?,?\s{0,4}(\d{4,5})\b/g,
    /"port"\s{0,4}:\s{0,4}(\d{2,5})\b/g,
  ],
  loops: [/\bwhile\s{0,4}\(\s{0,4}(?:true|1)\s{0,4}\)/g, /\bfor\s{0,4}\(\s{0,4};\s{0,4};\s{0,4}\)/g],
  environment: [
    {
      pattern: /\b(?:std::|secure_)?getenv\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"/g,
      isRequired: () => false,
    },
  ],
  imports: /^[ \t]{0,8}#\s{0,4}include[ \t]{0,4}[<"]([\w./+-]{1,120})[>"]/gm,
  resolve: (module, fromFile) => {
    const path = resolvePath(parentOf(fromFile), module)
    return path === undefined ? [] : [path, ...['.cpp', '.cc', '.c'].map((ending) => path.replace(/\.h(?:pp|xx)?$/, ending))]
  },
} // biome-ignore format: a table
