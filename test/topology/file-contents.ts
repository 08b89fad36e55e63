// Contents that files of these names have: some whole, some odd, some broken.
import fc from 'fast-check'
import { json } from './summary.ts'

const byEnding: readonly (readonly [ending: string, contents: readonly string[]])[] = [
  ['package.json', [
    json({ name: 'x', workspaces: ['*', 'packages/*'], scripts: { start: 'node server.js' }, dependencies: { express: '5', pg: '8' } }),
    json({ name: 'y', main: 'server.js', dependencies: { x: 'workspace:*', next: '15' } }),
    json({ name: 'z', scripts: { build: 'vite build' }, devDependencies: { vite: '7' } }),
    json({ scripts: 1, dependencies: [], name: 5 }),
  ]],
  ['.json', ['{}', '[]', '{"name":"x/y","require":{"laravel/framework":"12","php":"8.3"}}', '{"tasks":{"start":"deno run main.ts"}}']],
  ['.js', ['import "../b/server.js"\napp.listen(1)', 'import "./a.js"\napp.listen(process.env.PORT || 3000)\n"http://api:1"', 'setInterval(() => 1)', "import './server.js'\napp.get('/healthz')"]],
  ['.ts', ['Deno.serve({ port: 8000 }, () => 1)', 'export const x = 1']],
  ['.py', ['from shared.x import y\nwhile True:\n  pass\n', 'from flask import Flask\napp = Flask(__name__)\napp.run(port=5001)\n']],
  ['.go', ['package main\nimport "a.b/c/x"\nfunc main() { http.ListenAndServe(":80", nil) }\n', 'package x\n']],
  ['.rs', ['fn main() { axum::serve(l, a) }']],
  ['.rb', ["require 'sinatra'\nset :port, 4567\n", "gem 'rails', '8.0'\n"]],
  ['Gemfile', ["source 'https://rubygems.org'\ngem 'rails', '8.0'\ngem 'pg'\n"]],
  ['requirements.txt', ['flask\n-e ../shared\n', 'django==5\npsycopg\n']],
  ['go.mod', ['module a.b/c\nreplace a.b/d => ../b\n', 'module a.b/d\nrequire github.com/gin-gonic/gin v1.9\n', '']],
  ['go.work', ['use ./a\nuse ./b\n']],
  ['Cargo.toml', ['[package]\nname="a"\nversion="1.0.0"\n[dependencies]\naxum="0.8"\n', '[workspace]\nmembers=["*","packages/*"]\n']],
  ['.toml', ['[project]\nname="a"\ndependencies=["flask"]\n[tool.uv.workspace]\nmembers=["*"]\n', 'name = "a"\n', '[x']],
  ['Dockerfile', ['FROM node\nCOPY . .\nCMD ["node"]\nEXPOSE 80\n', 'FROM golang AS b\nFROM scratch\nCOPY --from=b /x /x\n', 'garbage']],
  ['.yaml', [
    'services:\n  a: {build: ., depends_on: [b]}\n  b: {build: ./a, image: redis, depends_on: {a: {}}}\n',
    'services:\n  db: {image: postgres}\n  api: {build: services/api, environment: {DB: "postgres://db/x"}}\n',
    'packages: ["*", "packages/*"]\n', 'services: [1]\n', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n', 'a: [',
  ]],
  ['pom.xml', ['<project><artifactId>a</artifactId><modules><module>a</module></modules></project>', '<project><artifactId>b</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>']],
  ['proj', ['<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><ProjectReference Include="..\\b\\main.csproj" /></ItemGroup></Project>', '<Project Sdk="Microsoft.NET.Sdk"/>']],
  ['.gradle', ["plugins { id 'org.springframework.boot' version '3.4' }\n", "include 'a', 'b'\n"]],
  ['.html', ['<!doctype html>']],
  ['Procfile', ['web: node server.js\nworker: python main.py\n']],
  ['.env.example', ['A=http://b:1\nDATABASE_URL=postgres://x\n']],
] // biome-ignore format: a table

/** What a file of this path may hold. */
export function contentsOf(path: string): fc.Arbitrary<string> {
  const alike = path.endsWith('.yml') ? path.replace(/yml$/, 'yaml') : path
  const [, contents = ['x']] = byEnding.find(([ending]) => alike.endsWith(ending)) ?? []
  return fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...contents) }, { weight: 1, arbitrary: fc.string({ maxLength: 80 }) })
}
