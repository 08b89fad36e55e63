// Pages that a program of the repository carries or sends belong to it.
import { describe, expect, it } from 'vitest'
import type { MemoryFiles } from '../support/source-tree.ts'
import { analyzeFiles, rolesIn } from './summary.ts'

const vite = JSON.stringify({ name: 'page', private: true, scripts: { build: 'vite build' }, devDependencies: { vite: '^6.0.0' } })

/** A page that Vite builds in a folder. */
function page(folder: string, more: MemoryFiles = {}): MemoryFiles {
  return { [`${folder}/package.json`]: vite, [`${folder}/index.html`]: '<div id="app"></div>\n', ...more }
}

const goServer = (directive: string) =>
  `package main\n\nimport (\n\t"embed"\n\t"net/http"\n)\n\n${directive}\nvar pages embed.FS\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n`

const express = JSON.stringify({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '^5.0.0' } })

function answer(files: MemoryFiles): { services: string[]; pages: string[] } {
  const { services, folders } = analyzeFiles(files)
  const pages = folders.filter(({ role }) => role === 'asset')
  return {
    services: services.map(({ path, type }) => `${path} ${type}`),
    pages: pages.map(({ path, evidence: [first] }) => `${path} ← ${first?.path}:${first?.line} ${first?.fact}`),
  }
}

describe('pages that a Go program embeds', () => {
  it('belong to the program whose file names what is built of them', () => {
    expect(answer({ 'go.mod': 'module a\n', 'main.go': goServer('//go:embed all:web/dist'), ...page('web') })).toEqual({
      services: ['. golang'],
      pages: ['web ← main.go:8 main.go embeds what is built here'],
    })
  })

  it('belong to it when a Go package lies among them', () => {
    const embed = 'package ui\n\nimport "embed"\n\n//go:embed dist/*\nvar Files embed.FS\n'
    expect(answer({ 'go.mod': 'module a\n', 'main.go': goServer(''), ...page('ui', { 'ui/embed.go': embed }) })).toEqual({
      services: ['. golang'],
      pages: ['ui ← ui/embed.go:5 a Go program carries what is built here'],
    })
  })

  it('are a service of their own when the program embeds other files, or they have an image of their own', () => {
    const files = { 'go.mod': 'module a\n', 'main.go': goServer('//go:embed migrations/*.sql'), ...page('web') }
    expect(answer(files).services).toEqual(['. golang', 'web static_site'])
    const image = { 'web/Dockerfile': 'FROM node:22 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=build /dist /usr/share/nginx/html\n' } // biome-ignore format: one text
    expect(answer({ ...files, 'main.go': goServer('//go:embed web/dist'), ...image }).services).toEqual(['. golang', 'web static_site'])
  })
})

describe('pages that a server sends from where they are built', () => {
  const rust = '[package]\nname = "api"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\naxum = "0.8"\nrust-embed = "8"\n'
  const listen = 'fn main() { let listener = std::net::TcpListener::bind("0.0.0.0:3000").unwrap(); }\n'
  const csproj = (root: string) =>
    `<Project Sdk="Microsoft.NET.Sdk.Web">\n<PropertyGroup><TargetFramework>net9.0</TargetFramework>\n<SpaRoot>${root}</SpaRoot></PropertyGroup>\n</Project>\n`
  const program = 'var app = WebApplication.CreateBuilder(args).Build();\napp.MapGet("/", () => "x");\napp.Run();\n'
  const boot = (more: string) =>
    `plugins {\n  id 'java'\n  id 'org.springframework.boot' version '3.4.0'\n}\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n${more}\n`
  const main = '@SpringBootApplication\npublic class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }\n'
  const fast = 'from fastapi import FastAPI\nfrom fastapi.staticfiles import StaticFiles\napp = FastAPI()\n'

  it.each<[string, MemoryFiles, string]>([
    ['Node', { 'server/package.json': express, 'server/server.js': `const express = require('express')\nconst app = express()\napp.use(express.static(path.join(__dirname, '..', 'web', 'dist')))\napp.listen(3000)\n` }, 'web ← server/server.js:3 names ../web/dist, which is built here'],
    ['Node at the root', { 'package.json': express, 'server.js': "const app = require('express')()\napp.use(require('express').static('web/dist'))\napp.listen(3000)\n" }, 'web ← server.js:2 names web/dist, which is built here'],
    ['Rust', { 'api/Cargo.toml': rust, 'api/src/main.rs': `#[derive(rust_embed::Embed)]\n#[folder = "../web/dist/"]\nstruct Pages;\n${listen}` }, 'web ← api/src/main.rs:2 names ../web/dist/, which is built here'],
    ['Rust by its manifest folder', { 'api/Cargo.toml': rust, 'api/src/main.rs': `static PAGES: Dir = include_dir!("$CARGO_MANIFEST_DIR/../web/dist");\n${listen}` }, 'web ← api/src/main.rs:1 names $CARGO_MANIFEST_DIR/../web/dist, which is built here'],
    ['Python', { 'api/requirements.txt': 'fastapi==0.115.0\nuvicorn==0.34.0\n', 'api/main.py': `${fast}app.mount("/", StaticFiles(directory="../web/dist", html=True))\n` }, 'web ← api/main.py:4 names ../web/dist, which is built here'],
    ['Python by parts of a path', { 'requirements.txt': 'fastapi==0.115.0\nuvicorn==0.34.0\n', 'main.py': `${fast}app.mount("/", StaticFiles(directory=BASE / "web" / "dist"))\n` }, 'web ← main.py:4 names web/dist, which is built here'],
    ['.NET', { 'api/Api.csproj': csproj('..\\web\\'), 'api/Program.cs': program }, 'web ← api/Api.csproj:3 names ..\\web\\, which is built here'],
    ['Gradle', { 'api/build.gradle': boot('task copyPages(type: Copy) {\n  from("../web/dist")\n}'), 'api/src/main/java/App.java': main }, 'web ← api/build.gradle:7 a Java program carries what is built here'],
    ['Go', { 'go.mod': 'module a\n', 'main.go': 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.Handle("/", http.FileServer(http.Dir("./web/dist")))\n\thttp.ListenAndServe(":8080", nil)\n}\n' }, 'web ← main.go:6 names ./web/dist, which is built here'],
  ])('belong to a program in %s', (_, files, found) => {
    const { services, pages } = answer({ ...files, ...page('web') })
    expect({ services: services.length, pages }).toEqual({ services: 1, pages: [found] })
  }) // biome-ignore format: a table

  it('are a service of their own when a program only speaks of them', () => {
    const api = { 'api/requirements.txt': 'fastapi==0.115.0\nuvicorn==0.34.0\n', 'api/main.py': fast }
    const mentions = { ...api, 'api/main.py': `${fast}origin = "https://web/dist"\nnames = ["web", "api"]\n` }
    expect(answer({ ...mentions, ...page('web') }).services).toEqual(['api python', 'web static_site'])
  })
})

describe('pages that are built into another folder', () => {
  const api = { 'api/package.json': express, 'api/server.js': "require('express')().listen(3000)\n" }
  const config = (text: string) => ({ 'web/vite.config.ts': `export default defineConfig({ build: { ${text} } })\n` })

  it.each<[string, MemoryFiles]>([
    ['a text', config("outDir: '../api/public'")],
    ['the parts of a path', config("outDir: path.resolve(__dirname, '..', 'api', 'public')")],
  ])('belong to the program there, by %s', (_, files) => {
    expect(answer({ ...api, ...page('web', files) })).toEqual({
      services: ['api nodejs'],
      pages: ['web ← web/vite.config.ts:1 is built into api/public'],
    })
  })

  it('belong to it when a script copies them there', () => {
    const script = vite.replace('vite build', 'vite build && cp -r dist ../api/public')
    expect(rolesIn({ ...api, ...page('web'), 'web/package.json': script })).toEqual({ web: 'asset' })
  })

  it('are a service of their own when everything is built into one folder of the root', () => {
    const root = { 'go.mod': 'module a\n', 'main.go': goServer('') }
    expect(answer({ ...root, ...page('web', config("outDir: '../dist/web'")) }).services).toEqual(['. golang', 'web static_site'])
  })
})
