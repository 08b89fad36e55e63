import { describe, expect, test } from 'vitest'
import { analyzeFiles } from './summary.ts'

const django = (hosts: string, more: Record<string, string> = {}) => ({
  'requirements.txt': 'django\ngunicorn\n',
  'manage.py': '',
  'shop/wsgi.py': '',
  'shop/settings.py': `import os\nfrom pathlib import Path\n${hosts}\nSTATIC_URL = "/static/"\n`,
  'shop/urls.py': 'from django.urls import path\nurlpatterns = [path("healthz/", health)]\n',
  ...more,
})
const rails = (settings: string) => ({
  Gemfile: 'gem "rails"\ngem "puma"\n',
  'Gemfile.lock': '',
  'config.ru': 'run Rails.application\n',
  'config/application.rb': '',
  'config/routes.rb': 'Rails.application.routes.draw do\n  get "up" => "rails/health#show", as: :rails_health_check\nend\n',
  'config/environments/production.rb': `Rails.application.configure do\n${settings}\nend\n`,
})
const checkOf = (files: Record<string, string>) => {
  const { services, recommendations } = analyzeFiles(files)
  return {
    health: services[0]?.health,
    advice: recommendations.filter(({ code }) => /allowed_hosts|no_health/.test(code)).map(({ fix }) => fix),
  }
}
const http = { kind: 'http', path: '/healthz/' }
const byHand = (name: string, setting: string, file: string) =>
  `Add \`localhost\`, which health checks ask for, and the name that people ask for, such as \`${name}.<workspace>.<base domain>\`, to ${setting} in ${file}.`
const inFile = (value: string) =>
  `Name them in kyozo.yaml, \`localhost\` for health checks and what people ask for: \`services: {app: {path: ".", env: {ALLOWED_HOSTS: "${value}"}}}\``

describe('a service that answers only to names that it knows', () => {
  test.each([
    ['Django with names', django('ALLOWED_HOSTS = ["shop.example.com"]'), byHand('app', 'ALLOWED_HOSTS', 'shop/settings.py')],
    ['Django with none', django('DEBUG = False\nALLOWED_HOSTS = []'), byHand('app', 'ALLOWED_HOSTS', 'shop/settings.py')],
    [
      'Django with names over several lines',
      django('ALLOWED_HOSTS: list[str] = [\n    "shop.example.com",\n]\n'),
      byHand('app', 'ALLOWED_HOSTS', 'shop/settings.py'),
    ],
    [
      'Django whose variable has no default',
      django('ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split()'),
      inFile('localhost app.<workspace>.<base domain>'),
    ],
    [
      'Django whose variable has a default',
      django('ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["shop.example.com"])'),
      inFile('localhost,shop.example.com,app.<workspace>.<base domain>'),
    ],
  ])('is asked at its port, and told to know more: %s', (_, files, fix) => {
    expect(checkOf(files)).toEqual({ health: { kind: 'tcp' }, advice: [fix] })
  })

  test('is asked at its page where it knows localhost, and told to know the others', () => {
    const files = django('ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")')
    expect(checkOf(files)).toEqual({ health: http, advice: [inFile('localhost,app.<workspace>.<base domain>')] })
  })

  test.each([
    ['every name', django('ALLOWED_HOSTS = ["*"]')],
    ['every name unless told', django('ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])')],
    ['localhost and a name', django('ALLOWED_HOSTS = ["shop.example.com"]\nALLOWED_HOSTS += ["localhost"]')],
    ['what some code says', django('ALLOWED_HOSTS = names()')],
    ['what is not written', django('')],
    [
      'what kyozo.yaml gives',
      django('ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")', {
        'kyozo.yaml': 'services: {web: {path: ., env: {ALLOWED_HOSTS: "localhost,shop.example.com"}}}\n',
      }),
    ],
  ])('is asked at its page: %s', (_, files) => {
    expect(checkOf(files)).toEqual({ health: http, advice: [] })
  })

  test('is one of Rails too', () => {
    const up = { kind: 'http', path: '/up' }
    const hosts = '  config.hosts = [\n    "shop.example.com",\n  ]\n'
    expect(checkOf(rails(hosts))).toEqual({
      health: { kind: 'tcp' },
      advice: [byHand('app', 'config.hosts', 'config/environments/production.rb')],
    })
    expect(checkOf(rails(`${hosts}  config.host_authorization = { exclude: ->(request) { request.path == "/up" } }\n`))).toEqual({
      health: up,
      advice: [],
    })
    expect(checkOf(rails('  # config.hosts = ["shop.example.com"]'))).toEqual({ health: up, advice: [] })
  })
})
