import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const pubspec = (name: string, dependencies: string, more = '') =>
  `name: ${name}\nenvironment:\n  sdk: ^3.4.0\n${more}dependencies:\n${dependencies}`

describe('a Dart package', () => {
  test('with a server is told whole', () => {
    const files = {
      'pubspec.yaml': pubspec('api', '  shelf: ^1.4.1\n'),
      'bin/server.dart':
        "import 'package:shelf/shelf_io.dart';\nimport 'package:api/routes.dart';\n\nvoid main() async {\n  final port = int.parse(Platform.environment['PORT'] ?? '8081');\n  final key = Platform.environment['API_KEY']!;\n  await serve(handler, InternetAddress.anyIPv4, port);\n}\n",
      'lib/routes.dart': "router.get('/healthz', ok);\n",
    }
    expect(serviceNamed(files, 'api')).toMatchObject({
      type: 'dart',
      framework: 'shelf',
      version: '3.4',
      packageManager: 'pub',
      port: 8081,
      health: { kind: 'http', path: '/healthz' },
      start: './bin/server',
      buildCommand: 'dart pub get && mkdir -p bin && dart compile exe bin/server.dart -o bin/server',
      environment: [{ name: 'API_KEY', required: true }],
      facts: { entry: 'bin/server.dart', main: 'bin/server.dart', frameworkVersion: '1.4.1' },
    })
  })

  test.each([
    ['dart-frog', '  dart_frog: ^1.1.0\n', { 'routes/index.dart': 'Response onRequest(RequestContext context) => Response();' }],
    ['serverpod', '  serverpod: 2.0.0\n', { 'bin/main.dart': 'void main(List<String> args) { run(args); }' }],
  ])('on %s is a service', (framework, dependencies, files) => {
    const [line] = servicesIn({ 'pubspec.yaml': pubspec('api', dependencies), ...files })
    expect(line).toContain(`api . dart/${framework} :8080 `)
  })

  test('for others, or for a terminal, is no service', () => {
    expect(rolesIn({ 'pubspec.yaml': pubspec('lib', '  meta: any\n'), 'lib/lib.dart': '' })).toEqual({ '.': 'library' })
    expect(
      rolesIn({ 'pubspec.yaml': pubspec('cli', '  args: any\n', 'executables:\n  cli:\n'), 'bin/cli.dart': 'void main() {}' }),
    ).toEqual({
      '.': 'tooling',
    })
  })
})

describe('a Flutter application', () => {
  const flutter = pubspec('shop', '  flutter:\n    sdk: flutter\n')

  test('for browsers is a site that is built', () => {
    const files = { 'pubspec.yaml': flutter, 'web/index.html': '<html>', 'lib/main.dart': 'void main() => runApp(const Shop());' }
    expect(servicesIn(files)).toEqual(['shop . static_site/flutter :8080 template(static_site in .) /'])
    expect(serviceNamed(files, 'shop')).toMatchObject({
      buildCommand: 'flutter build web --release',
      facts: { outputFolder: 'build/web', isBuilt: true },
    })
  })

  test('for telephones is no service', () => {
    expect(servicesIn({ 'pubspec.yaml': flutter, 'lib/main.dart': 'void main() => runApp(const Shop());', 'ios/Podfile': '' })).toEqual([])
  })

  test('with the server that serves it is one service, where the workspace says so', () => {
    const files = {
      'pubspec.yaml': pubspec(
        'shop',
        '  flutter:\n    sdk: flutter\n  shelf: any\n',
        'workspace:\n  - http\n  - app\nbuildpack:\n  server: http\n  static: app\n',
      ),
      'app/pubspec.yaml': flutter,
      'app/web/index.html': '<html>',
      'app/lib/main.dart': 'void main() => runApp(const Shop());',
      'http/pubspec.yaml': pubspec('server', '  shelf: any\n'),
      'http/bin/server.dart': "final port = int.parse(Platform.environment['PORT'] ?? '8080');\nawait serve(h, ip, port);\n",
    }
    expect(servicesIn(files)).toEqual(['shop . dart/flutter :8080 template(dart in .) tcp [./bin/server]'])
    expect(rolesIn(files)).toMatchObject({ app: 'asset', http: 'library' })
  })
})

test('a pubspec.yaml of the wrong shape is no error', () => {
  expect(servicesIn({ 'pubspec.yaml': 'name: [1]\ndependencies: 5\nbuildpack: x\nworkspace: 3\nflutter: []\n' })).toEqual([])
})
