// Services in compiled languages, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { afterAll, describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { buildImage, removeImage, runContainer } from './support/images.ts'
import { type Files, filesOf, withFile } from './support/services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

/** What the service that detection finds at `path` answers, once it is built and healthy by its own check. */
async function answerOf(files: Files, path: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const built = await buildImage(detected(files, path), files)
  images.add(built.image)
  const container = await runContainer(built, { environment })
  try {
    const answer = await (await container.ask('/')).text()
    expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
    return answer
  } finally {
    await container.stop()
  }
}

describe('Rust', { timeout: 300_000 }, () => {
  const cargo = (name: string, dependencies = '') =>
    `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\n${dependencies}`
  const lockOf = (...packages: string[]) => `version = 4\n\n${packages.map((text) => `[[package]]\n${text}\n`).join('\n')}`
  const serve = (words: string) => `use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let body = ${words};
        let _ = write!(stream, "HTTP/1.1 200 OK\\r\\nContent-Length: {}\\r\\nConnection: close\\r\\n\\r\\n{body}", body.len());
    }
}
`

  test('a program that reads a file beside it, and again after its code has changed', async () => {
    const files = filesOf({
      'Cargo.toml': cargo('hello'),
      'Cargo.lock': lockOf('name = "hello"\nversion = "1.0.0"'),
      'src/main.rs': serve('std::fs::read_to_string("words/hello.txt").unwrap()'),
      'words/hello.txt': 'from a file',
    })
    expect(await answerOf(files, '.')).toBe('from a file')
    expect(await answerOf(withFile(files, 'src/main.rs', serve('"from new code"')), '.')).toBe('from new code')
  })

  test('a member of a locked workspace with a shared package, without the sources of its neighbours', async () => {
    const files = filesOf({
      'Cargo.toml':
        '[workspace]\nresolver = "2"\nmembers = ["services/api", "services/other", "libs/words"]\n\n[workspace.dependencies]\nwords = { path = "libs/words" }\n',
      'Cargo.lock': lockOf(
        'name = "api"\nversion = "1.0.0"\ndependencies = [\n "words",\n]',
        'name = "other"\nversion = "1.0.0"',
        'name = "words"\nversion = "1.0.0"',
      ),
      'libs/words/Cargo.toml': cargo('words'),
      'libs/words/src/lib.rs': 'pub fn words() -> String { "from the library".to_string() }\n',
      'services/api/Cargo.toml': cargo('api', 'words.workspace = true\n'),
      'services/api/src/main.rs': serve('words::words()'),
      'services/other/Cargo.toml': `${cargo('other')}\n[[bin]]\nname = "other"\npath = "source/start.rs"\n\n[[bench]]\nname = "speed"\nharness = false\n`,
      'services/other/source/start.rs': serve('"other"'),
      'services/other/benches/speed.rs': 'fn main() {}\n',
    })
    expect(detected(files, 'services/api').reads).toEqual(['Cargo.lock', 'Cargo.toml', 'libs/words', 'services/other/Cargo.toml'])
    expect(await answerOf(files, 'services/api')).toBe('from the library')
  })
})

describe('C and C++', { timeout: 300_000 }, () => {
  const serve = (body: string) => `#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
${body}
int main(void) {
  int server = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(8080);
  bind(server, (struct sockaddr *)&address, sizeof address);
  listen(server, 16);
  for (;;) {
    int client = accept(server, NULL, NULL);
    char request[4096], answer[4096];
    read(client, request, sizeof request);
    int length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\\r\\nContent-Length: %zu\\r\\nConnection: close\\r\\n\\r\\n%s", strlen(words()), words());
    write(client, answer, length);
    shutdown(client, SHUT_RDWR);
    close(client);
  }
}
`
  const words = (text: string) => serve(`static const char *words(void) { return "${text}"; }`)

  test('a CMake project with a shared library of its own and one of Debian', async () => {
    const files = filesOf({
      'CMakeLists.txt': `cmake_minimum_required(VERSION 3.16)\nproject(hello C CXX)\nfind_package(ZLIB REQUIRED)\nadd_subdirectory(words)\nadd_executable(hello src/main.cpp)\nset_target_properties(hello PROPERTIES RUNTIME_OUTPUT_DIRECTORY \${CMAKE_BINARY_DIR}/bin)\ntarget_link_libraries(hello PRIVATE words ZLIB::ZLIB)\n`,
      'words/CMakeLists.txt': 'add_library(words SHARED words.cpp)\ntarget_link_libraries(words PRIVATE ZLIB::ZLIB)\n',
      'words/words.cpp': '#include <zlib.h>\nconst char *words() { return zlibVersion()[0] == \'1\' ? "zlib 1" : "?"; }\n',
      'src/main.cpp': serve('extern const char *words();'),
    })
    expect(await answerOf(files, '.')).toBe('zlib 1')
  })

  test('a Meson project, a Makefile and a single file', async () => {
    const meson = { 'meson.build': "project('hello', 'c')\nexecutable('hello', 'src/main.c')\n", 'src/main.c': words('Meson') }
    expect(await answerOf(filesOf(meson), '.')).toBe('Meson')
    const make = { Makefile: 'CC = gcc\nTARGET = hello\n$(TARGET): main.c\n\t$(CC) -O2 -o $(TARGET) main.c\n', 'main.c': words('make') }
    expect(await answerOf(filesOf(make), '.')).toBe('make')
    expect(await answerOf(filesOf({ 'main.c': words('the compiler') }), '.')).toBe('the compiler')
  })
})

describe('Elixir', { timeout: 300_000 }, () => {
  test('a release that reads its configuration when it starts', async () => {
    const files = filesOf({
      'mix.exs': `defmodule Hello.MixProject do
  use Mix.Project
  def project, do: [app: :hello, version: "1.0.0", elixir: "~> 1.14", start_permanent: Mix.env() == :prod, deps: []]
  def application, do: [extra_applications: [:logger, :crypto], mod: {Hello.Application, []}]
end
`,
      'config/config.exs': 'import Config\nconfig :hello, words: "from the build"\n',
      'config/runtime.exs': `import Config
secret = System.get_env("SECRET_KEY_BASE") || raise "SECRET_KEY_BASE is missing"
config :hello, secret: secret, port: String.to_integer(System.get_env("PORT") || "4000")
`,
      'lib/hello/application.ex': `defmodule Hello.Application do
  use Application

  def start(_type, _args) do
    {:ok, socket} = :gen_tcp.listen(Application.fetch_env!(:hello, :port), [:binary, active: false, reuseaddr: true])
    Supervisor.start_link([{Task, fn -> serve(socket) end}], strategy: :one_for_one)
  end

  defp serve(socket) do
    {:ok, client} = :gen_tcp.accept(socket)
    {:ok, _} = :gen_tcp.recv(client, 0)
    hash = :crypto.hash(:sha256, Application.fetch_env!(:hello, :secret)) |> Base.encode16() |> binary_part(0, 6)
    body = Application.fetch_env!(:hello, :words) <> " " <> hash
    :gen_tcp.send(client, "HTTP/1.1 200 OK\\r\\nContent-Length: #{byte_size(body)}\\r\\nConnection: close\\r\\n\\r\\n" <> body)
    :gen_tcp.close(client)
    serve(socket)
  end
end
`,
    })
    const service = detected(files, '.')
    expect(service.environment).toContainEqual(expect.objectContaining({ name: 'SECRET_KEY_BASE', required: true }))
    expect(await answerOf(files, '.', { SECRET_KEY_BASE: 'secret' })).toBe('from the build 2BB80D')
  })
})
