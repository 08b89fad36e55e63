import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const cabal = (name: string, dependencies: string, kind = `executable ${name}\n  main-is: Main.hs\n  hs-source-dirs: app`) =>
  `cabal-version: 2.4\nname: ${name}\nversion: 0.1.0\n\n${kind}\n  build-depends:\n      base >=4.7\n    , ${dependencies}\n  default-language: Haskell2010\n`

describe('a Haskell package', () => {
  test('by Stack is told whole', () => {
    const files = {
      'stack.yaml': 'resolver: lts-22.0\n',
      'package.yaml':
        'name: api\ndependencies:\n- base >= 4.7 && < 5\n- servant-server\nexecutables:\n  api-exe:\n    main: Main.hs\n    source-dirs: app\n',
      'app/Main.hs': 'import Network.Wai.Handler.Warp\n\nmain :: IO ()\nmain = do\n  url <- getEnv "DATABASE_URL"\n  run 8085 app\n',
    }
    expect(serviceNamed(files, 'api')).toMatchObject({
      type: 'haskell',
      framework: 'servant',
      packageManager: 'stack',
      port: 8085,
      start: './bin/api-exe',
      buildCommand: 'stack --system-ghc build --copy-bins --local-bin-path bin',
      environment: [{ name: 'DATABASE_URL', required: true }],
      facts: { entry: 'app/Main.hs', binary: 'api-exe' },
    })
  })

  test.each([
    ['scotty', 'scotty', 'main = scotty 3001 $ get "/" ok', 'haskell/scotty :3001'],
    ['yesod', 'yesod', 'main = warpEnv App', 'haskell/yesod :3000'],
    ['warp', 'warp', 'main = run 3005 app', 'haskell/warp :3005'],
    ['ihp', 'ihp', 'main = IHP.Server.run config', 'haskell/ihp :8000'],
  ])('on %s has its framework and port', (_, dependency, main, expected) => {
    expect(servicesIn({ 'api.cabal': cabal('api', dependency), 'app/Main.hs': `${main}\n` })).toEqual([
      `api . ${expected} template(haskell in .) tcp [./bin/api]`,
    ])
  })

  test('without an executable is a library, whatever its tests need', () => {
    const text = `${cabal('lib', 'text', 'library\n  exposed-modules: Lib')}\ntest-suite spec\n  main-is: Spec.hs\n  build-depends: warp\n`
    expect(rolesIn({ 'lib.cabal': text, 'src/Lib.hs': 'module Lib where\n' })).toEqual({ '.': 'library' })
  })

  test('beside others is listed by a root that is no service', () => {
    const files = {
      'cabal.project': 'packages: */*.cabal\n',
      'api/api.cabal': cabal('api', 'warp'),
      'api/app/Main.hs': 'main = run 3005 app\n',
      'core/core.cabal': cabal('core', 'text', 'library\n  exposed-modules: Core'),
    }
    expect(servicesIn(files)).toEqual(['api api haskell/warp :3005 template(haskell in api) tcp [./bin/api]'])
    expect(rolesIn(files)).toEqual({ '.': 'workspace_root', core: 'library' })
  })
})

test('a package.yaml of the wrong shape is no error', () => {
  expect(servicesIn({ 'package.yaml': 'executables: [1]\ndependencies: {a: b}\nname: [x]\n' })).toEqual([])
})
