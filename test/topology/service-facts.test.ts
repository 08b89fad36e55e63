// Versions of frameworks, variables, commands and ports, in whatever language they are written.
import { expect, test } from 'vitest'
import { analyzeFiles, json, serviceNamed, servicesIn } from './summary.ts'

const versionOf = (files: Record<string, string>) => {
  const { framework, frameworkVersion, because } = serviceNamed(files, 'app')
  const place = because.frameworkVersion
  return [framework, frameworkVersion, place && `${place.path}:${place.line}`]
}

test.each([
  ['package.json', { 'package.json': '{\n  "name": "app",\n  "scripts": { "start": "next start" },\n  "dependencies": { "next": "^15.1.2" }\n}\n' }, ['nextjs', '15.1.2', 'package.json:4']],
  ['a workspace that only links it', { 'package.json': json({ name: 'app', scripts: { start: 'next start' }, dependencies: { next: 'workspace:*' } }) }, ['nextjs', undefined, undefined]],
  ['requirements.txt', { 'requirements.txt': 'gunicorn\nflask==3.0.3\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\n' }, ['flask', '3.0.3', 'requirements.txt:2']],
  ['only a bound', { 'requirements.txt': 'flask>=2\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\n' }, ['flask', undefined, undefined]],
  ['a lockfile beside a bound', { 'pyproject.toml': '[project]\nname = "app"\ndependencies = ["fastapi>=0.100"]\n', 'uv.lock': 'version = 1\n\n[[package]]\nname = "fastapi"\nversion = "0.115.6"\n', 'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n' }, ['fastapi', '0.115.6', 'uv.lock:5']],
  ['go.mod', { 'go.mod': 'module example.com/app\n\ngo 1.26\n\nrequire github.com/gin-gonic/gin v1.10.0\n', 'main.go': 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() { gin.Default().Run(":8080") }\n' }, ['gin', '1.10.0', 'go.mod:5']],
  ['Cargo.toml', { 'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n\n[dependencies]\naxum = { version = "0.8", features = ["ws"] }\n', 'src/main.rs': 'fn main() { axum::serve(l, app); }\n' }, ['axum', '0.8', 'Cargo.toml:6']],
  ['Gemfile', { Gemfile: 'gem "sinatra", "~> 4.1"\n', 'app.rb': 'require "sinatra"\n' }, ['sinatra', '4.1', 'Gemfile:1']],
])('tells the framework\'s version as %s writes it', (_, files, expected) => expect(versionOf(files as unknown as Record<string, string>)).toEqual(expected)) // biome-ignore format: a table

const express = { 'package.json': json({ name: 'app', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }), 's.js': 'app.listen(3000)\n' } // biome-ignore format: one line

test('asks for a variable only when its example says nothing that would do anywhere', () => {
  const example = 'LOG_LEVEL=info\nAPP_NAME=Shop\nWORKERS=4\nCACHE_TTL="60"\nJWT_SECRET=changeme\nMONGO_URI=mongodb://localhost:27017/app\nDB_HOST=db\nSTRIPE_KEY=sk_test_1\nREGION=your-region\nEMPTY=\n' // biome-ignore format: one line
  expect(serviceNamed({ ...express, '.env.example': example }, 'app').environment).toEqual([
    { name: 'APP_NAME', required: false },
    { name: 'CACHE_TTL', required: false },
    { name: 'DB_HOST', required: true },
    { name: 'EMPTY', required: true },
    { name: 'JWT_SECRET', required: true },
    { name: 'LOG_LEVEL', required: false },
    { name: 'MONGO_URI', required: true },
    { name: 'REGION', required: true },
    { name: 'STRIPE_KEY', required: true },
    { name: 'WORKERS', required: false },
  ])
})

test('tells variables that only an object mapper reads', () => {
  const schema = 'datasource db {\n  provider = "mysql"\n  url      = env("SHOP_DATABASE_URL")\n}\n'
  expect(serviceNamed({ ...express, 'prisma/schema.prisma': schema }, 'app').environment).toEqual([
    { name: 'SHOP_DATABASE_URL', required: true },
  ])
  const drizzle = "export default { dialect: 'postgresql', dbCredentials: { url: process.env.PG_URL! } }\n"
  expect(serviceNamed({ ...express, 'drizzle.config.ts': drizzle }, 'app').environment).toEqual([{ name: 'PG_URL', required: true }])
})

test('tells variables that a build writes into pages, and no others', () => {
  const files = {
    'package.json': json({ name: 'app', scripts: { build: 'vite build' }, devDependencies: { vite: '6' } }),
    'index.html': '',
    'src/main.tsx': "const api = import.meta.env.VITE_API_URL ?? '/api'\nconsole.log(import.meta.env.MODE, import.meta.env.VITE_TITLE)\n",
  }
  expect(serviceNamed(files, 'app').environment).toEqual([
    { name: 'VITE_API_URL', required: false, value: '/api' },
    { name: 'VITE_TITLE', required: false },
  ])
})

test('names the line that asks for a runtime that has ended', () => {
  const files = {
    'package.json': '{\n  "name": "app",\n  "engines": { "node": "18" },\n  "scripts": { "start": "node s.js" },\n  "dependencies": { "express": "5" }\n}\n',
    's.js': 'app.listen(3000)\n',
  } // biome-ignore format: one file a line
  const found = analyzeFiles(files).recommendations.filter(({ code }) => code === 'runtime_ended')
  expect(found.map(({ evidence }) => evidence)).toEqual([[{ path: 'package.json', line: 3, fact: 'version 18' }]])
})

test.each([
  ['Bun\'s own variables', { 'bun.lock': '', 'package.json': json({ name: 'app', dependencies: { hono: '4' } }), 'src/index.ts': "import { Hono } from 'hono'\nconst app = new Hono()\nexport default { port: Number(Bun.env.PORT ?? 4242), fetch: app.fetch }\n" }, ['app . bun/hono :4242 template(bun in .) tcp [bun src/index.ts]']],
  ['Flask without a production server of its own', { 'requirements.txt': 'flask\n', 'wsgi.py': 'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(debug=True)\n' }, ['app . python/flask :5000 template(python in .) tcp [gunicorn --bind 0.0.0.0:5000 wsgi:app]']],
  ['a package in src/ without an __init__.py', { 'pyproject.toml': '[project]\nname = "app"\ndependencies = ["fastapi"]\n', 'src/app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n' }, ['app . python/fastapi :8000 template(python in .) tcp [uvicorn app.main:app --host 0.0.0.0 --port 8000 --app-dir src]']],
])('starts %s as production does', (_, files, expected) => expect(servicesIn(files as unknown as Record<string, string>)).toEqual(expected)) // biome-ignore format: a table

test('runs the worker by the module that makes the queue, never by the server', () => {
  const files = {
    'pyproject.toml': '[project]\nname = "app"\ndependencies = ["fastapi", "celery"]\n',
    'app/__init__.py': '',
    'app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    'app/worker.py': 'from celery import Celery\ncelery_app = Celery("orders")\n',
  }
  expect(serviceNamed(files, 'app').processes).toEqual([
    { name: 'web', command: 'uvicorn app.main:app --host 0.0.0.0 --port 8000' },
    { name: 'worker', command: 'celery -A app.worker worker --loglevel=info' },
  ])
  const { 'app/worker.py': _, ...others } = files
  expect(serviceNamed(others, 'app').processes).toBeUndefined()
})
