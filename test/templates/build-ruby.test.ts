// Services in Ruby, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { describe, expect, test } from 'vitest'
import { answersOf } from './support/answers.ts'
import { filesOf } from './support/services.ts'

const production = `source "https://rubygems.org"\n\ngem "puma"\ngem "sinatra"\n`

const lockfile = `GEM
  remote: https://rubygems.org/
  specs:
    mustermann (3.0.0)
      ruby2_keywords (~> 0.0.1)
    nio4r (2.5.8)
    puma (5.6.5)
      nio4r (~> 2.0)
    rack (2.2.22)
    rack-protection (3.0.5)
      rack
    ruby2_keywords (0.0.5)
    sinatra (3.0.5)
      mustermann (~> 3.0)
      rack (~> 2.2, >= 2.2.4)
      rack-protection (= 3.0.5)
      tilt (~> 2.0)
    tilt (2.0.11)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  puma
  sinatra

BUNDLED WITH
   2.3.15
`

const application = `require 'sinatra/base'

class App < Sinatra::Base
  get '/' do
    File.write('log/visits.log', "visit\\n", mode: 'a')
    "#{File.readlines('log/visits.log').size} in #{ENV['RACK_ENV']} on #{Puma::Const::VERSION}"
  end
end
`

describe('Ruby', { timeout: 300_000 }, () => {
  test('an application whose gems Bundler installs by its lockfile, and that writes a file', async () => {
    const files = filesOf({
      Gemfile: production,
      'Gemfile.lock': lockfile,
      'config.ru': `require_relative 'app'\nrun App\n`,
      'app.rb': application,
      'log/.keep': '',
    })
    expect(await answersOf(files, { paths: ['/', '/'] })).toEqual(['1 in production on 5.6.5', '2 in production on 5.6.5'])
  })

  test('one without a lockfile', async () => {
    const text = `require 'rack/handler/puma'\nRack::Handler::Puma.run(->(_) { [200, {}, ['no lock']] }, Host: '0.0.0.0', Port: ENV.fetch('PORT', 9292).to_i)\n`
    const files = filesOf({ Gemfile: production, 'app.rb': text })
    expect(await answersOf(files)).toEqual(['no lock'])
  })

  test('a program without gems', async () => {
    const files = filesOf({
      'server.rb': `require 'socket'\nserver = TCPServer.new('0.0.0.0', ENV.fetch('PORT', 8080).to_i)\nloop do\n  client = server.accept\n  client.gets\n  client.print "HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\nConnection: close\\r\\n\\r\\nbare"\n  client.close\nend\n`,
    })
    expect(await answersOf(files)).toEqual(['bare'])
  })
})
