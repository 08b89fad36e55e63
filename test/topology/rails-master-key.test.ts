import { describe, expect, test } from 'vitest'
import { analyzeFiles } from './summary.ts'

const keyOf = (files: Record<string, string>) =>
  analyzeFiles({
    Gemfile: 'gem "rails"\ngem "puma"\n',
    'Gemfile.lock': '',
    'config.ru': 'run Rails.application\n',
    'config/application.rb': '',
    ...files,
  }).services[0]?.environment.filter(({ name }) => name === 'RAILS_MASTER_KEY')

const sealed = { 'config/credentials.yml.enc': 'a--b--c\n' }
const kamal = 'service: blog\nenv:\n  secret:\n    # From the keeper.\n    - SMTP_PASSWORD\n    - RAILS_MASTER_KEY\n  clear:\n    A: b\n'

describe('the key of credentials of Rails', () => {
  test.each([
    ['the application demands it', { 'config/environments/production.rb': '  config.require_master_key = true\n' }],
    ['its servers are given it for the credentials that are there', { ...sealed, 'config/deploy.yml': kamal }],
  ])('is required where %s', (_, files) => {
    expect(keyOf(files)).toEqual([{ name: 'RAILS_MASTER_KEY', required: true }])
  })

  test.each([
    ['the demand is a remark', { ...sealed, 'config/environments/production.rb': '  # config.require_master_key = true\n' }],
    ['no credentials are there', { 'config/deploy.yml': kamal }],
    ['nobody gives it', { ...sealed, 'config/deploy.yml': 'service: blog\nenv:\n  secret:\n    - SMTP_PASSWORD\n' }],
  ])('is not where %s', (_, files) => {
    expect(keyOf(files)).toEqual([])
  })
})
