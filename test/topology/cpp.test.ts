import { describe, expect, test } from 'vitest'
import { json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const cmake = (body: string) => `cmake_minimum_required(VERSION 3.16)\nproject(srv LANGUAGES CXX)\n${body}\n`

describe('a CMake project', () => {
  test('with a server is told whole', () => {
    const files = {
      'CMakeLists.txt': cmake('find_package(Drogon CONFIG REQUIRED)\nadd_executable(srv src/main.cc)'),
      'vcpkg.json': json({ name: 'srv', dependencies: ['drogon', { name: 'libpq' }] }),
      'src/main.cc':
        'int main() {\n  auto mode = std::getenv("MODE");\n  drogon::app().registerHandler("/healthz", ok);\n  drogon::app().addListener("0.0.0.0", 8848).run();\n}\n',
    }
    expect(serviceNamed(files, 'app')).toMatchObject({
      type: 'cpp',
      framework: 'drogon',
      packageManager: 'vcpkg',
      port: 8848,
      health: { kind: 'http', path: '/healthz' },
      start: './build/srv',
      buildCommand: 'cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build',
      environment: [{ name: 'MODE', required: false }],
      facts: { entry: 'src/main.cc', main: 'src/main.cc', binary: 'srv' },
    })
  })

  test.each([
    ['crow', '#include "crow.h"\nint main() { crow::SimpleApp app; app.port(18081).multithreaded().run(); }', 'cpp/crow :18081'],
    ['oatpp', '#include "oatpp/network/Server.hpp"\nint main() { server.run(); }', 'cpp/oatpp :8000'],
    [
      'pistache',
      '#include <pistache/endpoint.h>\nint main() { Address addr(Ipv4::any(), Port(9081)); server.serve(); }',
      'cpp/pistache :9081',
    ],
    ['cpp-httplib', '#include <httplib.h>\nint main() { httplib::Server svr; svr.listen("0.0.0.0", 8123); }', 'cpp/cpp-httplib :8123'],
    [
      'boost-beast',
      '#include <boost/beast/http.hpp>\nint main() { tcp::acceptor acceptor{ioc, {address, 8087}}; }',
      'cpp/boost-beast :8087',
    ],
  ])('on %s is known by what it includes', (_, main, expected) => {
    const [line] = servicesIn({ 'CMakeLists.txt': cmake('add_executable(srv main.cpp)'), 'main.cpp': `${main}\n` })
    expect(line).toContain(`app . ${expected} `)
  })

  test('whose program is in a folder that it adds is one service', () => {
    const files = {
      'CMakeLists.txt': cmake('add_subdirectory(src)\nadd_subdirectory(lib)'),
      'src/CMakeLists.txt': 'add_executable(srv main.cpp)\n',
      'src/main.cpp': '#include "crow.h"\nint main() { app.port(18080).run(); }\n',
      'lib/CMakeLists.txt': 'add_library(l l.cpp)\n',
      'lib/l.cpp': '',
    }
    expect(servicesIn(files)).toEqual(['app . cpp/crow :18080 template(cpp in .) tcp [./build/srv]'])
    expect(rolesIn(files)).toEqual({ lib: 'library', src: 'library' })
  })

  test('that makes libraries, tests or windows is no service', () => {
    const library = cmake('add_library(srv lib.cpp)\nadd_executable(srv_tests main.cpp)')
    expect(rolesIn({ 'CMakeLists.txt': library, 'lib.cpp': '', 'main.cpp': 'int main() {}' })).toEqual({ '.': 'library' })
    const window = cmake('find_package(Qt6 REQUIRED)\nadd_executable(gui main.cpp)')
    expect(rolesIn({ 'CMakeLists.txt': window, 'main.cpp': 'int main() { return app.exec(); }' })).toEqual({ '.': 'tooling' })
  })
})

describe('other builds', () => {
  test('by Meson and by make are read as well', () => {
    expect(
      servicesIn({ 'meson.build': "project('hi', ['cpp'])\n\nexecutable('hi', ['main.cc'])\n", 'main.cc': 'int main() { return 0; }\n' }),
    ).toEqual(['app . cpp no port template(cpp in .) [./build/hi]'])
    const server = '#define PORT 8089\nint main(void) {\n  bind(fd, (struct sockaddr *)&address, sizeof address);\n  listen(fd, 10);\n}\n'
    expect(servicesIn({ Makefile: 'CC = gcc\nhttpd: server.c\n\t$(CC) -o httpd server.c\n', 'server.c': server })).toEqual([
      'app . cpp :8089 template(cpp in .) tcp [./build/httpd]',
    ])
  })

  test('by make are told by what its rules link, whatever their order', () => {
    const listens = 'int main(void) {\n  unsigned short port = 4001;\n  listen(fd, 5);\n}\n'
    const client = 'int main(void) { address.sin_port = htons(9734); connect(fd); }\n'
    const named = { Makefile: 'all: httpd client\nclient: client.c\n\tgcc -o $@ $<\nhttpd: httpd.c\n\tgcc -g -o $@ $<\n' }
    expect(servicesIn({ ...named, 'httpd.c': listens, 'client.c': client })).toEqual([
      'app . cpp :4001 template(cpp in .) tcp [./build/httpd]',
    ])

    const objects =
      'PROGRAM = web\nall: $(PROGRAM)\n$(PROGRAM): main.o serve.o\n\t$(CC) -o $@ $^\nmain.o: main.c\n\t$(CC) -c -o main.o main.c\n'
    const main = 'int main(int c, char **v) {\n  char *port = c == 1 ? "8001" : v[1];\n  listen(fd, 5);\n}\n'
    expect(servicesIn({ Makefile: objects, 'main.c': main, 'serve.c': '' })).toEqual([
      'app . cpp :8001 template(cpp in .) tcp [./build/web]',
    ])
  })

  test('by make of tests and for debugging come after the program itself', () => {
    const rules =
      'test_config: tests/test_config.c serve.c\n\tgcc $< -o $@\nserve_debug: serve.c\n\tgcc -O0 $< -o $@\nserve: serve.c\n\tgcc $< -o $@\n'
    const files = { Makefile: `all: serve_debug serve\n${rules}`, 'serve.c': 'int main() {}\n', 'tests/test_config.c': 'int main() {}\n' }
    expect(servicesIn(files)).toEqual(['app . cpp no port template(cpp in .) [./build/serve]'])
  })

  test('need no file when one source file is all there is', () => {
    expect(servicesIn({ 'main.c': '#include <stdio.h>\n\nint main(void) { return 0; }\n' })).toEqual([
      'app . cpp no port template(cpp in .) [./build/app]',
    ])
  })

  test('of libraries for other programs, and of a window around pages, are none', () => {
    const shared = { Makefile: 'all:\n\tgcc -o libpack.so -shared -fPIC pack.c\n', 'pack.c': 'int luaopen_pack() { while (1) {} }\n' }
    expect(rolesIn(shared)).toEqual({ '.': 'library' })
    const runner = {
      'pubspec.yaml': 'name: shop\ndependencies:\n  flutter:\n    sdk: flutter\n',
      'linux/runner/CMakeLists.txt': cmake('add_executable(shop main.cc)'),
      'linux/runner/main.cc': 'int main(int argc, char** argv) { return g_application_run(app, argc, argv); }\n',
    }
    expect(servicesIn(runner)).toEqual([])
  })

  test('of other languages by make are none of C', () => {
    const files = {
      Makefile: 'build:\n\tgo build -o app .\n',
      'go.mod': 'module example.com/x\n',
      'main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8090", nil) }\n',
    }
    expect(serviceNamed(files, 'x')).toMatchObject({ type: 'golang', alternatives: [] })
  })
})

test('a vcpkg.json of the wrong shape is no error', () => {
  expect(servicesIn({ 'vcpkg.json': '{"dependencies": [1, {"name": []}, null]}', 'CMakeLists.txt': 'project(' })).toEqual([])
})

test('A C++ project names the packages of Debian that bring its libraries', () => {
  const files = {
    'api/CMakeLists.txt':
      'project(api CXX)\nfind_package(OpenSSL REQUIRED)\nfind_package(nlohmann_json)\nfind_package(Unheard)\nadd_executable(api main.cpp)\n',
    'api/main.cpp': 'int main() { bind(1, 0, 0); listen(1, 8); accept(1, 0, 0); }\n',
  }
  expect(serviceNamed(files, 'api').facts.systemPackages).toEqual(['libssl-dev', 'nlohmann-json3-dev'])
})
