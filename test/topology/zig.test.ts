import { expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const build = (name: string) =>
  `pub fn build(b: *std.Build) void {\n    const exe = b.addExecutable(.{\n        .name = "${name}",\n        .root_source_file = b.path("src/main.zig"),\n    });\n}\n`
const zon = (dependency: string) =>
  `.{\n    .name = "srv",\n    .minimum_zig_version = "0.13.0",\n    .dependencies = .{\n        .${dependency} = .{\n            .url = "https://example.com/x.tar.gz",\n        },\n    },\n}\n`

test('a Zig server is told whole', () => {
  const files = {
    'build.zig': build('srv'),
    'build.zig.zon': zon('httpz'),
    'src/main.zig':
      'const httpz = @import("httpz");\npub fn main() !void {\n    var server = try httpz.Server(void).init(allocator, .{ .port = 5883 }, {});\n    const key = std.posix.getenv("API_KEY") orelse return error.Missing;\n    router.get("/health", ok);\n    try server.listen();\n}\n',
  }
  expect(serviceNamed(files, 'srv')).toMatchObject({
    type: 'zig',
    framework: 'httpz',
    version: '0.13',
    packageManager: 'zig',
    port: 5883,
    health: { kind: 'http', path: '/health' },
    start: './zig-out/bin/srv',
    buildCommand: 'zig build -Doptimize=ReleaseSafe',
    environment: [{ name: 'API_KEY', required: true }],
    facts: { entry: 'src/main.zig', binary: 'srv' },
  })
})

test.each([['zap'], ['jetzig'], ['tokamak']])('%s is a framework', (name) => {
  const [line] = servicesIn({ 'build.zig': build('srv'), 'build.zig.zon': zon(name), 'src/main.zig': 'try server.listen();\n' })
  expect(line).toContain(`zig/${name} :`)
})

test('a program that is alone is the service; a module and a game are none', () => {
  expect(servicesIn({ 'build.zig': build('hi'), 'src/main.zig': 'pub fn main() !void {}\n' })).toEqual([
    'hi . zig no port template(zig in .) [./zig-out/bin/hi]',
  ])
  expect(rolesIn({ 'build.zig': 'pub fn build(b: *std.Build) void {\n    _ = b.addModule("m", .{});\n}\n', 'src/root.zig': '' })).toEqual({
    '.': 'library',
  })
  expect(rolesIn({ 'build.zig': build('game'), 'build.zig.zon': zon('raylib_zig'), 'src/main.zig': 'pub fn main() !void {}\n' })).toEqual({
    '.': 'tooling',
  })
})
