import { describe, expect, test } from 'vitest'
import { analyzeFiles } from './summary.ts'

const adviceFor = (files: Record<string, string>) =>
  analyzeFiles(files).recommendations.flatMap(({ code, fix, evidence }) =>
    code === 'data_in_container' ? [{ fix, at: evidence.map(({ path, line }) => `${path}:${line}`) }] : [],
  )
const rails = (dockerfile: string) => ({
  Gemfile: 'gem "rails"\ngem "puma"\ngem "sqlite3"\n',
  'Gemfile.lock': '',
  'config.ru': 'run Rails.application\n',
  'config/application.rb': '',
  'config/database.yml':
    'default: &default\n  adapter: sqlite3\nproduction:\n  primary:\n    <<: *default\n    database: storage/production.sqlite3\n',
  Dockerfile: dockerfile,
})
const image = 'FROM ruby:3.4\nWORKDIR /rails\nCOPY . .\nEXPOSE 3000\nCMD ["./bin/rails", "server"]\n'
const flask = (more: Record<string, string> = {}) => ({
  'requirements.txt': 'flask\ngunicorn\nflask-sqlalchemy\n',
  'app.py':
    'import os\nfrom flask import Flask\napp = Flask(__name__)\napp.config["SQLALCHEMY_DATABASE_URI"] = os.getenv("DATABASE_URL", "sqlite:///shop.db")\n',
  ...more,
})
const server = 'or install the driver of a database server, such as PostgreSQL, and read its address from DATABASE_URL.'
const byTemplate = `Give the service a Dockerfile that keeps the file in a folder of its own, such as \`VOLUME /data\`, ${server}`

describe('data in a file of the container', () => {
  test('is told of, with the folder that a volume would keep', () => {
    const fix = 'Add `VOLUME /rails/storage` to the last stage of Dockerfile: kyozo keeps what is in it from one release to the next.'
    expect(adviceFor(rails(image))).toEqual([{ fix, at: ['config/database.yml:2'] }])
  })

  test.each([
    [
      'Django',
      {
        'requirements.txt': 'django\ngunicorn\n',
        'manage.py': '',
        'shop/wsgi.py': '',
        'shop/settings.py': 'DATABASES = {\n  "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}\n',
      },
      'shop/settings.py:2',
    ],
    ['Flask', flask(), 'app.py:4'],
    [
      'Prisma',
      {
        'package.json': '{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5", "@prisma/client": "6"}}',
        'server.js': 'require("express")().listen(3000)\n',
        'prisma/schema.prisma': 'datasource db {\n  provider = "sqlite"\n  url = "file:./shop.db"\n}\n',
      },
      'prisma/schema.prisma:1',
    ],
  ])('is told of where a template builds %s', (_, files, at) => {
    expect(adviceFor(files)).toEqual([{ fix: byTemplate, at: [at] }])
  })

  test.each([
    ['a volume keeps it', rails(`${image}VOLUME /rails/storage\n`)],
    ['a server takes its place', flask({ 'requirements.txt': 'flask\ngunicorn\nflask-sqlalchemy\npsycopg2-binary\n' })],
    [
      'kyozo.yaml says where a server is',
      flask({ 'kyozo.yaml': 'services: {web: {path: ., env: {DATABASE_URL: "postgresql://db.example.com/shop"}}}\n' }),
    ],
    [
      'it is only in memory',
      flask({
        'app.py': 'import os\nfrom flask import Flask\napp = Flask(__name__)\nurl = os.getenv("DATABASE_URL", "sqlite:///:memory:")\n',
      }),
    ],
  ])('is none where %s', (_, files) => {
    expect(adviceFor(files)).toEqual([])
  })
})
