// Services in PHP, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { describe, expect, test } from 'vitest'
import { answersOf } from './support/answers.ts'
import { filesOf } from './support/services.ts'

describe('PHP', { timeout: 300_000 }, () => {
  test('pages in a folder, and files beside them', async () => {
    const files = filesOf({
      'index.php': `<?php require 'lib/words.php'; echo words(), ' ', $_GET['name'] ?? 'nobody';`,
      'lib/words.php': `<?php function words() { return 'hello'; }`,
      'style.css': 'body {}',
    })
    expect(await answersOf(files, { paths: ['/?name=you', '/style.css', '/no/such/page'] })).toEqual([
      'hello you',
      'body {}',
      'hello nobody',
    ])
  })

  test('an application that Composer loads, with assets from npm and a folder to write to', async () => {
    const page = `<?php
require __DIR__ . '/../vendor/autoload.php';
$log = __DIR__ . '/../storage/logs/visits.log';
file_put_contents($log, "visit\\n", FILE_APPEND);
echo App\\Words::all(), ' ', count(file($log)), ' ', file_get_contents(__DIR__ . '/build/app.js'), ' ', extension_loaded('bcmath') ? bcadd('1', '2') : 'none';`
    const lock = { name: 'x', lockfileVersion: 3, requires: true, packages: { '': { name: 'x' } } }
    const files = filesOf({
      'composer.json': JSON.stringify({
        name: 'x/shop',
        type: 'project',
        require: { php: '>=8.1', 'ext-bcmath': '*' },
        autoload: { 'psr-4': { 'App\\': 'src/' } },
        scripts: { 'post-autoload-dump': ["@php -r \"file_put_contents('src/made.txt', 'prepared');\""] },
      }),
      'src/Words.php': `<?php\nnamespace App;\nclass Words { public static function all(): string { return file_get_contents(__DIR__ . '/made.txt'); } }\n`,
      'public/index.php': page,
      'storage/logs/.gitignore': '*\n',
      'package.json': JSON.stringify({
        name: 'x',
        scripts: { build: `node -e "fs.mkdirSync('public/build',{recursive:true});fs.writeFileSync('public/build/app.js','built')"` },
      }),
      'package-lock.json': JSON.stringify(lock),
    })
    expect(await answersOf(files, { paths: ['/', '/any/route'] })).toEqual(['prepared 1 built 3', 'prepared 2 built 3'])
  })
})
