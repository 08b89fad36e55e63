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
