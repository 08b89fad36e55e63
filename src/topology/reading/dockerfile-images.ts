// Which runtime an image is made for, by its name.
import { databaseOfImage } from '../database/images.ts'
import { proxyOfImage, webServerOfImage } from '../proxy/images.ts'
import type { ServiceType } from '../topology.ts'

/** Matched against the last part of an image's name. */
const languageImages: Readonly<Record<string, ServiceType>> = {
  node: 'nodejs', nodejs: 'nodejs', 'node-chrome': 'nodejs', playwright: 'nodejs', pnpm: 'nodejs', python: 'python', uv: 'python', pypy: 'python', miniconda3: 'python', anaconda3: 'python', micromamba: 'python', mambaforge: 'python',
  miniforge3: 'python', pytorch: 'python', tensorflow: 'python', poetry: 'python', locust: 'python', golang: 'golang', go: 'golang', 'go-toolset': 'golang', xgo: 'golang', bun: 'bun', deno: 'deno', rust: 'rust', 'rust-musl-builder': 'rust', 'cargo-chef': 'rust',
  ruby: 'ruby', jruby: 'ruby', 'passenger-full': 'ruby', php: 'php', composer: 'php', frankenphp: 'php', 'php-nginx': 'php', 'php-apache': 'php', 'nginx-php-fpm': 'php', wordpress: 'php', drupal: 'php',
  'eclipse-temurin': 'java', maven: 'java', gradle: 'java', sbt: 'java', clojure: 'java', amazoncorretto: 'java', ibmjava: 'java', 'ibm-semeru-runtimes': 'java', sapmachine: 'java', tomcat: 'java', tomee: 'java', jetty: 'java', 'open-liberty': 'java',
  'websphere-liberty': 'java', wildfly: 'java', 'wildfly-runtime': 'java', 'server-full': 'java', 'payara-micro': 'java', glassfish: 'java', 'native-image': 'java', 'native-image-community': 'java', mandrel: 'java', leiningen: 'java', s2i: 'java',
  aspnet: 'dotnet', aspnetcore: 'dotnet', 'aspnetcore-build': 'dotnet', dotnet: 'dotnet', 'dotnet-framework': 'dotnet', elixir: 'elixir', phoenix: 'elixir', gleam: 'gleam', haskell: 'haskell', 'stack-build': 'haskell', ghc: 'haskell', swift: 'swift', 'swift-slim': 'swift',
  vapor: 'swift', zig: 'zig', dart: 'dart', flutter: 'dart', crystal: 'crystal', gcc: 'cpp', clang: 'cpp', cmake: 'cpp', conan: 'cpp', 'cpp-build': 'cpp', emsdk: 'cpp',
  hugo: 'static_site', jekyll: 'static_site', zola: 'static_site', 'mkdocs-material': 'static_site', mdbook: 'static_site', 'docs-builder': 'static_site',
} // biome-ignore format: a table

/** Families of images whose names carry a version or an operating system. */
const languagePatterns: readonly (readonly [RegExp, ServiceType])[] = [
  [/^nodejs/, 'nodejs'],
  [/^(?:python|uvicorn-gunicorn|meinheld-gunicorn|pyenv|cuda-python)/, 'python'],
  [
    /^(?:open)?(?:jdk|jre|java)|^(?:zulu|liberica|graalvm|semeru|openj9|jboss|quarkus|ubi\d{0,2}-quarkus|payara|wildfly|tomcat|corretto)/,
    'java',
  ],
  [/^(?:ruby|passenger-ruby)/, 'ruby'],
  [/^php/, 'php'],
  [/^dotnet/, 'dotnet'],
  [/^golang/, 'golang'],
  [/^rust/, 'rust'],
  [/(?:^|-)deno(?:-|$)/, 'deno'],
]

/** Images that hold an operating system or nothing: what runs in them was put there. */
const bareImages =
  /^(?:scratch|alpine|debian|ubuntu|busybox|centos|rockylinux|almalinux|fedora|amazonlinux|archlinux|opensuse|leap|tumbleweed|oraclelinux|photon|void|nixos|nix|static|static-debian\d{1,2}|base|base-debian\d{1,2}|base-nossl-debian\d{1,2}|cc|cc-debian\d{1,2}|wolfi-base|glibc-dynamic|chainguard-base|ubi(?:-minimal|-micro|-init)?|ubi\d{1,2}(?:-minimal|-micro)?|baseimage|buildpack-deps|cuda|stage-\d|minideb|bitnami-shell|erlang|slim|tini|runtime-deps)$/

export function languageOfImage(image: string | undefined): ServiceType | undefined {
  if (image === undefined) return undefined
  const repository = (image.split('@')[0] ?? '').replace(/:[^:/]{0,128}$/, '')
  if (/(?:^|\/)(?:microsoft\/)?dotnet(?:-buildtools)?\//.test(repository)) return 'dotnet'
  if (databaseOfImage(image) !== undefined) return 'database'
  const name = imageName(image)
  if (proxyOfImage(name) !== undefined) return 'proxy'
  if (webServerOfImage(name) !== undefined) return 'static_site'
  if (Object.hasOwn(languageImages, name)) return languageImages[name]
  return languagePatterns.find(([pattern]) => pattern.test(name))?.[1]
}

/** Whether an image brings no program of its own. */
export function isBareImage(image: string | undefined): boolean {
  return image !== undefined && bareImages.test(imageName(image))
}

/** An image's name without registry, owner, tag and digest, in small letters. */
export function imageName(image: string): string {
  const [repository = ''] = image.split('@')
  return ((repository.split('/').at(-1) ?? '').split(':')[0] ?? '').toLowerCase()
}
