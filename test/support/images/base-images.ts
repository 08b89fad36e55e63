// The images that tests build on, under the names that templates and fixtures use. Where no registry answers they are made from Debian
// packages; each Dockerfile here says how far its image is from the official one.

export interface BaseImage {
  /** Its folder here, which holds its Dockerfile. */
  readonly folder: string
  /** Every name it gets. */
  readonly tags: readonly string[]
  /** Folders beyond `machine` that its Dockerfile copies from. */
  readonly needs?: readonly ('node-binary' | 'npm-package')[]
}

/** Made by debootstrap; every other image starts from it. */
export const debianTag = 'debian:bookworm-slim'

export const baseImages: readonly BaseImage[] = [
  { folder: 'busybox', tags: ['busybox:latest', 'busybox:stable', 'busybox:1.37'] },
  { folder: 'node', tags: ['node:24-slim', 'node:22-slim', 'node:20-slim'], needs: ['node-binary', 'npm-package'] },
  { folder: 'bun', tags: ['oven/bun:1-slim'] },
  { folder: 'deno', tags: ['denoland/deno:2.9.6'] },
  { folder: 'python', tags: ['python:3.12-slim', 'python:3.11-slim', 'python:3.13-slim', 'python:3-slim'] },
  { folder: 'golang', tags: ['golang:1.27', 'golang:1.26', 'golang:1.25', 'golang:1.24'] },
  { folder: 'elixir', tags: ['elixir:1.20-otp-27-slim', 'elixir:1.18-otp-27-slim'] },
  { folder: 'rust', tags: ['rust:1.98-bookworm'] },
  {
    folder: 'java',
    tags: ['eclipse-temurin:17-jdk', 'eclipse-temurin:21-jdk', 'maven:3.9-eclipse-temurin-17', 'maven:3.9-eclipse-temurin-21'],
  },
  { folder: 'java-runtime', tags: ['eclipse-temurin:17-jre', 'eclipse-temurin:21-jre'] },
  { folder: 'tomcat', tags: ['tomcat:10.1-jre17'] },
  { folder: 'hugo', tags: ['hugomods/hugo:exts-0.154.5'] },
  { folder: 'php', tags: ['dunglas/frankenphp:1-php8.2', 'dunglas/frankenphp:1-php8.4'] },
  { folder: 'composer', tags: ['composer:2'] },
  { folder: 'ruby', tags: ['ruby:3.1-slim', 'ruby:3.4-slim'] },
  { folder: 'nginx', tags: ['nginx:1.28-alpine-slim', 'nginx:1.28-alpine', 'nginx:alpine', 'nginx:latest'] },
  { folder: 'postgres', tags: ['postgres:17', 'postgres:17-alpine', 'postgres:16', 'postgres:16-alpine'] },
  { folder: 'mariadb', tags: ['mariadb:11', 'mariadb:10.11', 'mariadb:latest'] },
  { folder: 'redis', tags: ['redis:7', 'redis:7-alpine', 'redis:latest'] },
]
