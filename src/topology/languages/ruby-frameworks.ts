import type { Framework } from './language.ts'

export const rubyFrameworks: readonly Framework[] = [
  { name: 'rails', packages: ['rails', 'railties'], port: 3000 },
  { name: 'hanami', packages: ['hanami'], port: 2300 },
  { name: 'padrino', packages: ['padrino', 'padrino-core'], port: 3000 },
  { name: 'grape', packages: ['grape'], port: 9292 },
  { name: 'roda', packages: ['roda'], port: 9292 },
  { name: 'cuba', packages: ['cuba'], port: 9292 },
  { name: 'camping', packages: ['camping'], port: 3301 },
  { name: 'rage', packages: ['rage-rb'], port: 3000 },
  { name: 'sinatra', packages: ['sinatra'], port: 4567 },
  { name: 'syro', packages: ['syro'], port: 9292 },
  { name: 'grpc', packages: ['grpc', 'gruf'], port: 50051 },
  { name: 'webrick', packages: ['webrick'], port: 8080 },
  { name: 'rack', packages: ['rack', 'rackup'], port: 9292 },
  { name: 'puma', packages: ['puma', 'falcon', 'unicorn', 'thin', 'passenger', 'iodine', 'agoo'], port: 9292 },
  { name: 'sidekiq', packages: ['sidekiq'], kind: 'worker' },
  { name: 'resque', packages: ['resque'], kind: 'worker' },
  { name: 'shoryuken', packages: ['shoryuken'], kind: 'worker' },
  { name: 'sneakers', packages: ['sneakers', 'hutch', 'kicks'], kind: 'worker' },
  { name: 'karafka', packages: ['karafka', 'racecar'], kind: 'worker' },
  { name: 'good_job', packages: ['good_job', 'que', 'delayed_job'], kind: 'worker' },
  { name: 'clockwork', packages: ['clockwork', 'rufus-scheduler'], kind: 'worker' },
  { name: 'discordrb', packages: ['discordrb', 'telegram-bot-ruby', 'slack-ruby-bot'], kind: 'worker' },
  { name: 'lambda', packages: ['aws_lambda_ric'], kind: 'worker' },
  { name: 'fastlane', packages: ['fastlane', 'cocoapods', 'danger'], kind: 'tool' },
  { name: 'thor', packages: ['thor', 'gli', 'dry-cli', 'optimist', 'tty-prompt'], kind: 'tool' },
] // biome-ignore format: a table

/** Builders of sites: what they make is plain files. */
export const siteGems: readonly string[] = ['jekyll', 'github-pages', 'middleman', 'middleman-core', 'nanoc', 'bridgetown', 'awestruct', 'just-the-docs', 'minimal-mistakes-jekyll', 'webgen'] // biome-ignore format: a list
