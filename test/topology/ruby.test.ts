import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

describe('a Rails application', () => {
  const files = {
    Gemfile:
      'source "https://rubygems.org"\nruby "3.3.1"\ngem "rails", "~> 7.1"\ngem "pg", "~> 1.1"\ngem "sidekiq"\ngem "sprockets-rails"\n\ngroup :development, :test do\n  gem "sinatra"\nend\n',
    'Gemfile.lock': 'GEM\n  specs:\n    rails (7.1.3.2)\n      actioncable (= 7.1.3.2)\n',
    'config.ru': 'require_relative "config/environment"\nrun Rails.application\n',
    'config/puma.rb': 'port ENV.fetch("PORT") { 3100 }\nenvironment ENV.fetch("RAILS_ENV") { "development" }\n',
    'config/routes.rb': 'Rails.application.routes.draw do\n  get "up" => "rails/health#show", as: :rails_health_check\nend\n',
    'config/environments/production.rb': 'config.force_ssl = true\nkey = ENV.fetch("SECRET_KEY_BASE")\n',
    'package.json': '{"private":true,"scripts":{"build":"esbuild app/javascript/*.*"},"devDependencies":{"esbuild":"1"}}',
    'public/index.html': '<html>',
  }

  test('is told whole', () => {
    expect(serviceNamed(files, 'app')).toMatchObject({
      type: 'ruby',
      framework: 'rails',
      version: '3.3',
      packageManager: 'bundler',
      port: 3100,
      health: { kind: 'http', path: '/up' },
      start: 'bundle exec rails server -b 0.0.0.0 -p 3100',
      buildCommand: 'SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=1 bundle exec rails assets:precompile',
      environment: [
        { name: 'RAILS_ENV', required: false, value: 'development' },
        { name: 'SECRET_KEY_BASE', required: true },
      ],
      processes: [
        { name: 'web', command: 'bundle exec rails server -b 0.0.0.0 -p 3100' },
        { name: 'worker', command: 'bundle exec sidekiq' },
      ],
      facts: { frameworkVersion: '7.1.3', isRails: true },
    })
    expect(servicesIn(files)).toHaveLength(1)
  })

  test('whose Gemfile lists the parts is known by its own script', () => {
    expect(servicesIn({ Gemfile: 'gem "activerecord"\n', 'bin/rails': '#!/usr/bin/env ruby\n', 'config.ru': 'run X' })).toEqual([
      'app . ruby/rails :3000 template(ruby in .) tcp [bundle exec rails server -b 0.0.0.0 -p 3000]',
    ])
  })
})

describe('a rack configuration', () => {
  test.each([
    ['puma', 'gem "sinatra"\ngem "puma"\n', 'ruby/sinatra', 'bundle exec puma -b tcp://0.0.0.0:8080'],
    ['unicorn', 'gem "sinatra"\ngem "unicorn"\n', 'ruby/sinatra', 'bundle exec unicorn -l 0.0.0.0:8080'],
    ['nothing in particular', 'gem "rack"\n', 'ruby/rack', 'bundle exec rackup config.ru -o 0.0.0.0 -p 8080'],
    ['hanami', 'gem "hanami"\ngem "puma"\n', 'ruby/hanami', 'bundle exec puma -b tcp://0.0.0.0:8080'],
    ['grape', 'gem "grape"\ngem "puma"\n', 'ruby/grape', 'bundle exec puma -b tcp://0.0.0.0:8080'],
    ['roda', 'gem "roda"\ngem "falcon"\n', 'ruby/roda', 'bundle exec falcon serve -b http://0.0.0.0:8080'],
    ['padrino', 'gem "padrino"\ngem "thin"\n', 'ruby/padrino', 'bundle exec thin start -R config.ru -a 0.0.0.0 -p 8080'],
  ])('with %s is a server', (_, gemfile, type, start) => {
    expect(servicesIn({ Gemfile: gemfile, 'config.ru': 'require "./app"\nrun App\n' })).toEqual([
      `app . ${type} :8080 template(ruby in .) tcp [${start}]`,
    ])
  })
})

describe('a Ruby program', () => {
  test('listens where it says, else where its framework does', () => {
    const sinatra = (body: string) => servicesIn({ Gemfile: 'gem "sinatra"\n', 'app.rb': `require 'sinatra'\n${body}` })
    expect([sinatra("set :port, ENV['PORT'] || 8081\n"), sinatra('get("/health") { "ok" }\n')]).toEqual([
      ['app . ruby/sinatra :8081 template(ruby in .) tcp [bundle exec ruby app.rb]'],
      ['app . ruby/sinatra :4567 template(ruby in .) /health [bundle exec ruby app.rb]'],
    ])
    expect(servicesIn({ Gemfile: 'gem "webrick"\n', 'details.rb': 'server = WEBrick::HTTPServer.new(\n  :Port => 9080)\n' })).toEqual([
      'app . ruby/webrick :9080 template(ruby in .) tcp [bundle exec ruby details.rb]',
    ])
  })

  test('that takes work from a queue has no port', () => {
    expect(servicesIn({ Gemfile: 'gem "sidekiq"\n', 'worker.rb': 'class Mail\n  include Sidekiq::Job\nend\n' })).toEqual([
      'app . ruby/sidekiq no port template(ruby in .) [bundle exec ruby worker.rb] ← redis',
    ])
  })
})

test('gems, sites and tools of other languages are no Ruby services', () => {
  expect(rolesIn({ Gemfile: 'gemspec\n', 'shop.gemspec': 'Gem::Specification.new', 'lib/shop.rb': '', Rakefile: '' })).toEqual({
    '.': 'library',
  })
  expect(rolesIn({ Gemfile: 'gem "cocoapods"\ngem "fastlane"\n', Podfile: '' })).toEqual({ '.': 'tooling' })
  expect(servicesIn({ Gemfile: 'gem "jekyll"\n', '_config.yml': 'title: x\n' }).filter((line) => line.includes('ruby'))).toEqual([])
})
