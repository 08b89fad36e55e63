// Debian packages that crates need to be compiled, beyond what the image of the compiler brings.

import type { Facts } from '../claim.ts'
import { joinPath } from '../paths.ts'
import { dataAt } from '../reading/data.ts'
import type { Repository } from '../repository.ts'

const packagesByCrate: Readonly<Record<string, readonly string[]>> = {
  'tonic-build': ['protobuf-compiler', 'libprotobuf-dev'],
  'tonic-prost-build': ['protobuf-compiler', 'libprotobuf-dev'],
  'prost-build': ['protobuf-compiler', 'libprotobuf-dev'],
  'etcd-client': ['protobuf-compiler', 'libprotobuf-dev'],
  "protobuf-codegen": ['protobuf-compiler'],
  grpcio: ['cmake'],
  rdkafka: ['cmake', 'libsasl2-dev'],
  bindgen: ['clang', 'libclang-dev'],
  rocksdb: ['clang', 'libclang-dev'],
  opencv: ['clang', 'libclang-dev', 'libopencv-dev'],
  'pq-sys': ['libpq-dev'],
  'sodiumoxide': ['libsodium-dev'],
  'libsodium-sys': ['libsodium-dev'],
  zmq: ['libzmq3-dev'],
  'alsa-sys': ['libasound2-dev'],
  'tesseract': ['libtesseract-dev', 'libleptonica-dev', 'clang', 'libclang-dev'],
  'ffmpeg-next': ['libavcodec-dev', 'libavformat-dev', 'libavutil-dev', 'libavfilter-dev', 'libavdevice-dev', 'libswscale-dev', 'clang', 'libclang-dev'],
  oracle: ['libaio1'],
  odbc: ['unixodbc-dev'],
  'odbc-api': ['unixodbc-dev'],
} // biome-ignore format: a table

/** As a fact for the template; absent when the image has all that is needed. */
export function systemPackages(folders: readonly string[], repository: Repository): Facts {
  const crates = folders.slice(0, 50).flatMap((folder) => {
    const data = repository.read.toml(joinPath(folder, 'Cargo.toml'))?.data
    return ['dependencies', 'build-dependencies'].flatMap((table) => Object.keys(dataAt(data, table)).slice(0, 400))
  })
  const packages = [
    ...new Set(crates.flatMap((name) => (Object.hasOwn(packagesByCrate, name) ? (packagesByCrate[name] ?? []) : []))),
  ].sort()
  return packages.length === 0 ? {} : { systemPackages: packages }
}
