// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles are written like that
import { describe, expect, test } from 'vitest'
import { readDockerfile } from '../../src/topology/reading/dockerfile.ts'

const languageOf = (text: string) => readDockerfile('Dockerfile', text).language
const portsOf = (text: string) => readDockerfile('Dockerfile', text).ports.map(({ port }) => port)

describe('the runtime of a Dockerfile', () => {
  test.each([
    ['FROM mcr.microsoft.com/dotnet/aspnet:9.0', 'dotnet'],
    ['FROM eclipse-temurin:21-jre', 'java'],
    ['FROM amazoncorretto:21', 'java'],
    ['FROM icr.io/appcafe/open-liberty:full', 'java'],
    ['FROM gcr.io/distroless/java21-debian12', 'java'],
    ['FROM hayd/alpine-deno:1.4.4', 'deno'],
    ['FROM gcr.io/distroless/nodejs22-debian12', 'nodejs'],
    ['FROM php:8.4-apache', 'php'],
    ['FROM hexpm/elixir:1.18-erlang-27', 'elixir'],
    ['FROM nginxinc/nginx-unprivileged:1.29', 'static_site'],
    ['FROM postgres:17', 'database'],
    ['FROM mcr.microsoft.com/mssql/server:2022-latest', 'database'],
    ['FROM envoyproxy/envoy:v1.39.0', 'proxy'],
    ['FROM descartes/teastore-base\nCOPY target/*.war /usr/local/tomcat/webapps/', 'java'],
    ['FROM acme/secret-base', undefined],
  ])('%s is %s', (text, language) => {
    expect(languageOf(text)).toBe(language)
  })

  test('of an empty or bare image is that of the stage it copies its program from', () => {
    expect(languageOf('FROM golang:1.25 AS build\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]')).toBe('golang')
    expect(languageOf('FROM rust AS b\nFROM gcr.io/distroless/static-debian12\nCOPY --from=0 /a /a')).toBe('rust')
    expect(languageOf('FROM alpine AS base\nFROM base AS b\nRUN apk add cmake g++\nFROM base\nCOPY --from=b /a /a\nCMD ["/a"]')).toBe('cpp')
    expect(languageOf('FROM node AS ui\nFROM golang AS api\nFROM alpine\nCOPY --from=ui /d /d\nCOPY --from=api /a /a')).toBe('golang')
  })

  test('of a bare image is what its command runs, else what is installed', () => {
    expect(languageOf('FROM alpine\nRUN apk add --no-cache nodejs python3 make\nCMD ["tini", "--", "node", "server.js"]')).toBe('nodejs')
    expect(languageOf('FROM debian:12\nRUN apt-get update && apt-get install -y openjdk-17-jre-headless')).toBe('java')
    expect(languageOf('FROM ubuntu\nRUN make')).toBeUndefined()
  })

  test('is found behind an argument of FROM', () => {
    expect(languageOf('ARG NODE_VERSION=22\nFROM node:${NODE_VERSION}-alpine')).toBe('nodejs')
    expect(languageOf('ARG BASE=python:3.13\nFROM ${BASE}')).toBe('python')
    expect(languageOf('FROM ${UNKNOWN}')).toBeUndefined()
  })
})

describe('the port of a Dockerfile', () => {
  test.each([
    ['EXPOSE 3000', [3000]],
    ['ARG PORT=5001\nEXPOSE ${PORT}', [5001]],
    ['ENV PORT 8085\nEXPOSE $PORT/tcp', [8085]],
    ['EXPOSE ${PORT:-4000}', [4000]],
    ['EXPOSE 9229 8080', [8080, 9229]],
    ['EXPOSE 443 80', [80, 443]],
    ['EXPOSE 5000 7000\nCMD ["gunicorn", "-b", ":7000", "app"]', [7000, 5000]],
    ['EXPOSE 53/udp', []],
    ['ENV ASPNETCORE_URLS=http://+:8081', [8081]],
    ['CMD uvicorn app:app --host 0.0.0.0 --port 8000', [8000]],
    ['CMD ["python", "manage.py", "runserver", "0.0.0.0:8001"]', [8001]],
    ['HEALTHCHECK CMD curl -f http://localhost:9999/up', [9999]],
    ['EXPOSE ${PORT}', []],
    ['EXPOSE 99999', []],
  ])('is read from %j', (text, ports) => {
    expect(portsOf(`FROM acme/x\n${text}\n`)).toEqual(ports)
  })

  test("is the image's own when nothing else is said", () => {
    expect([portsOf('FROM postgres:17'), portsOf('FROM nginx'), portsOf('FROM alpine')]).toEqual([[5432], [80], []])
  })

  test('is read in linear time from thousands of stages', () => {
    const started = performance.now()
    readDockerfile('Dockerfile', 'FROM a AS b\nCOPY --from=b /x /x\n'.repeat(3000))
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

describe('the stage that production builds', () => {
  const served = (text: string) => readDockerfile('Dockerfile', text).served

  test('is the last one, unless that is named for tests or development', () => {
    expect(served('FROM node AS build\nFROM node AS web\nCMD ["a"]')).toBeUndefined()
    expect(served('FROM node AS release\nCMD ["a"]\nFROM node AS pr-test2\nCMD ["b"]\nFROM node AS upload-artifact')).toBe('release')
    expect(served('FROM node AS web\nCMD ["a"]\nFROM web AS rootless\nUSER node\nFROM web AS dev\nCMD ["b"]')).toBe('rootless')
    expect(served('FROM node AS prod\nCMD ["a"]\nFROM prod AS other\nFROM prod AS nightly')).toBe('prod')
  })

  test('stays the last one when nothing before it runs', () => {
    expect(served('FROM scratch AS deps\nFROM node AS dev\nCMD ["b"]')).toBeUndefined()
    expect(served('FROM node\nCMD ["a"]\nFROM node AS test')).toBeUndefined()
    expect(served(`${'FROM scratch AS a\n'.repeat(300)}FROM scratch AS test`)).toBeUndefined()
  })
})
