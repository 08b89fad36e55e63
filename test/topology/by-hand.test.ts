// What is made for others, or run by whoever wants something done, is no service, though nothing else is there.
import { describe, expect, test } from 'vitest'
import type { MemoryFiles } from '../support/source-tree.ts'
import { analyzeFiles, json, serviceNamed } from './summary.ts'

/** What the root is, and the first reason; or the service that it is. */
function rootOf(files: MemoryFiles): string {
  const { services, folders } = analyzeFiles(files)
  const root = folders.find(({ path }) => path === '.')
  return services.length > 0 ? `service ${services.map(({ type }) => type).join()}` : `${root?.role}: ${root?.evidence[0]?.fact}`
}

const go = (main: string, more: MemoryFiles = {}): MemoryFiles => ({
  'go.mod': 'module a.example/tool\n',
  'main.go': `package main\n\n${main}\n`,
  ...more,
})
const python = (entry: string, text: string): MemoryFiles => ({ 'requirements.txt': 'requests\n', [entry]: text }) // biome-ignore format: a line each
const node = (manifest: object, text: string): MemoryFiles => ({ 'package.json': json({ name: 'tool', ...manifest }), 'index.js': text })

describe('A program that is alone in its repository', () => {
  test.each<[string, MemoryFiles, string]>([
    ['reads flags, in Go', go('import "flag"\n\nfunc main() { flag.Parse() }'), 'tooling: reads a command line: imports flag'],
    ['depends on what reads a command line, in Go', { ...go('import "a.example/tool/cmd"\n\nfunc main() { cmd.Execute() }'), 'go.mod': 'module a.example/tool\n\nrequire github.com/spf13/cobra v1.8.0\n', 'cmd/root.go': 'package cmd\n\nfunc Execute() {}\n' }, 'tooling: reads a command line: github.com/spf13/cobra in go.mod'],
    ['reads arguments, in Python', python('main.py', 'import argparse\n\nprint(argparse.ArgumentParser().parse_args())\n'), 'tooling: reads a command line: imports argparse'],
    ['trains a model', python('train.py', 'print(1)\n'), 'tooling: does one job, by its name, and ends'],
    ['reads a command line, in Node', node({ scripts: { start: 'node index.js' }, dependencies: { yargs: '17.0.0' } }, "console.log(require('yargs').argv)\n"), 'tooling: reads a command line: imports yargs'],
    ['is installed as a command that its start script runs once', node({ bin: { tool: 'index.js' }, scripts: { start: 'node index.js' } }, 'console.log(1)\n'), 'tooling: is a command line program'],
    ['reads a command line, in Deno', { 'deno.json': json({ tasks: { start: 'deno run main.ts' } }), 'main.ts': "import { parseArgs } from '@std/cli'\nparseArgs(Deno.args)\n" }, 'tooling: reads a command line: imports @std/cli'],
    ['reads options, in Crystal', { 'shard.yml': 'name: tool\nversion: 1.0.0\ntargets:\n  tool:\n    main: src/tool.cr\n', 'src/tool.cr': 'require "option_parser"\nOptionParser.parse { |parser| }\n' }, 'tooling: reads a command line: imports option_parser'],
  ])('is none when it %s', (_, files, expected) => {
    expect(rootOf(files)).toBe(expected)
  }) // biome-ignore format: a table

  test.each<[string, MemoryFiles, string]>([
    ['reads flags and listens, in Go', go('import (\n\t"flag"\n\t"net/http"\n)\n\nfunc main() {\n\tflag.Parse()\n\thttp.ListenAndServe(":8080", nil)\n}'), 'service golang'],
    ['reads flags and waits, in Go', go('import "flag"\n\nfunc main() {\n\tflag.Parse()\n\tfor {\n\t\twork()\n\t}\n}'), 'service golang'],
    ['reads arguments and listens, in Node', node({ scripts: { start: 'node index.js' }, bin: 'index.js', dependencies: { commander: '12.0.0' } }, "require('commander')\nrequire('http').createServer().listen(3000)\n"), 'service nodejs'],
    ['reads arguments and is run by a Procfile', { ...python('main.py', 'import argparse\nargparse.ArgumentParser()\n'), Procfile: 'worker: python main.py\n' }, 'service python'],
    ['listens with options, in Rust', { 'Cargo.toml': '[package]\nname = "kv"\nversion = "0.1.0"\n\n[dependencies]\nclap = "4"\n', 'src/main.rs': 'fn main() {\n    let listener = std::net::TcpListener::bind("0.0.0.0:6380");\n}\n' }, 'service rust'],
    ['does its work and ends', python('main.py', 'print(1)\n'), 'service python'],
  ])('is the service when it %s', (_, files, expected) => {
    expect(rootOf(files)).toBe(expected)
  }) // biome-ignore format: a table
})

describe('A library', () => {
  const umd = `;(function () {\n${'  var padding = 1\n'.repeat(3_000)}  (freeModule.exports = _)._ = _\n}.call(this))\n`
  test.each<[string, MemoryFiles, string]>([
    ['hands out what it is at its end', node({ private: true, main: 'index.js' }, umd), 'library: is made to be imported, with no start script'],
    ['is too large to be read', node({ private: true, main: 'index.js' }, '\0'), 'library: is made to be imported, with no start script'],
    ['calls itself one, with a page to try it', { 'composer.json': json({ name: 'acme/http', type: 'library', require: { php: '>=8.1' } }), 'public/index.php': '<?php // demo\n', 'src/A.php': '<?php\n' }, 'library: calls itself a library'],
  ])('is no service when it %s', (_, files, expected) => {
    expect(rootOf(files)).toBe(expected)
  }) // biome-ignore format: a table

  test('is a service after all when it is an application of a framework that only kept the word', () => {
    const composer = json({ name: 'acme/shop', type: 'library', require: { 'laravel/framework': '^12.0' } })
    const files = { 'composer.json': composer, artisan: '#!/usr/bin/env php\n', 'public/index.php': '<?php\n' }
    expect(serviceNamed(files, 'shop').framework).toBe('laravel')
  })
})
