import { expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const manifest = (targets: string, dependencies = '') =>
  `// swift-tools-version:5.9\nimport PackageDescription\n\nlet package = Package(\n    name: "shop",\n    dependencies: [\n        ${dependencies}\n    ],\n    targets: [\n        ${targets}\n    ]\n)\n`
const vapor = '.package(url: "https://github.com/vapor/vapor.git", from: "4.89.0"),'

test('a Vapor application is told whole', () => {
  const files = {
    'Package.swift': manifest('.executableTarget(name: "App"),\n        .testTarget(name: "AppTests")', vapor),
    'Sources/App/entrypoint.swift':
      '@main enum Entrypoint {\n    static func main() async throws {\n        let app = try await Application.make(env)\n        let key = Environment.get("API_KEY")!\n    }\n}\n',
    'Sources/App/routes.swift': 'app.get("healthz") { _ in "ok" }\n',
  }
  expect(serviceNamed(files, 'shop')).toMatchObject({
    type: 'swift',
    framework: 'vapor',
    version: '5.9',
    packageManager: 'swift',
    port: 8080,
    health: { kind: 'http', path: '/healthz' },
    start: './App serve --env production --hostname 0.0.0.0',
    buildCommand: 'swift build -c release --static-swift-stdlib --product App',
    environment: [{ name: 'API_KEY', required: true }],
    facts: { binary: 'App', frameworkVersion: '4.89.0' },
  })
})

test('Hummingbird listens where it is told', () => {
  const files = {
    'Package.swift': manifest(
      '.executableTarget(name: "App")',
      '.package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0"),',
    ),
    'Sources/App/App.swift': 'let app = Application(router: router, configuration: .init(address: .hostname("0.0.0.0", port: 8090)))\n',
  }
  expect(servicesIn(files)).toEqual(['shop . swift/hummingbird :8090 template(swift in .) tcp [./App]'])
})

test('a program of the old kind that is alone is the service', () => {
  expect(servicesIn({ 'Package.swift': manifest('.target(name: "hi")'), 'Sources/hi/main.swift': 'print("hi")\n' })).toEqual([
    'shop . swift no port template(swift in .) [./hi]',
  ])
})

test('libraries, command line programs and applications with a screen are no services', () => {
  const parser = '.package(url: "https://github.com/apple/swift-argument-parser", from: "1.0.0"),'
  expect(rolesIn({ 'Package.swift': manifest('.target(name: "Lib")'), 'Sources/Lib/Lib.swift': '' })).toEqual({ '.': 'library' })
  expect(rolesIn({ 'Package.swift': manifest('.executableTarget(name: "t")', parser), 'Sources/t/main.swift': 'T.main()' })).toEqual({
    '.': 'tooling',
  })
  expect(
    rolesIn({
      'Package.swift': manifest('.executableTarget(name: "App")'),
      'Sources/App/App.swift': 'import SwiftUI\n@main struct A: App {}',
    }),
  ).toEqual({
    '.': 'tooling',
  })
})
