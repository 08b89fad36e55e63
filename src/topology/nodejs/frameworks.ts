// Packages that say what a Node folder serves. Data: add a line, no code.

export interface Framework {
  readonly name: string
  /** Any of these makes the folder one of it. */
  readonly packages: readonly string[]
  /** The port its production server takes when nothing else is said. */
  readonly port?: number
  /** The path that answers whether it is well, when the framework brings one. */
  readonly health?: string
  /** Its production start command when package.json has none. */
  readonly start?: string
  /** Whether its build makes the server, so that it may stand among the development dependencies. Default is no. */
  readonly isBuilt?: true
  /** Whether clients and other servers use it as well, so that it says less. Default is no. */
  readonly isShared?: true
  /** Whether one application of it is a workspace, so that the root is the service. Default is no. */
  readonly isWorkspace?: true
}

const nitroStart = 'node .output/server/index.mjs'

/** Servers; the first that is a dependency names the framework, so those built on others come first. */
export const serverFrameworks: readonly Framework[] = [
  { name: 'blitzjs', packages: ['@blitzjs/next', 'blitz'], port: 3000, start: 'blitz start', isBuilt: true },
  { name: 'redwoodjs', packages: ['@redwoodjs/core', '@redwoodjs/api-server', 'rwsdk'], port: 8910, start: 'rw serve', isBuilt: true, isWorkspace: true },
  { name: 'keystone', packages: ['@keystone-6/core', '@keystone-next/keystone', '@keystonejs/keystone'], port: 3000, start: 'keystone start' },
  { name: 'strapi', packages: ['@strapi/strapi', 'strapi'], port: 1337, health: '/_health', start: 'strapi start' },
  { name: 'medusa', packages: ['@medusajs/medusa', '@medusajs/framework'], port: 9000, health: '/health', start: 'medusa start' },
  { name: 'directus', packages: ['directus'], port: 8055, health: '/server/ping', start: 'directus start' },
  { name: 'ghost', packages: ['ghost'], port: 2368 },
  { name: 'node-red', packages: ['node-red'], port: 1880, start: 'node-red' },
  { name: 'apostrophe', packages: ['apostrophe'], port: 3000 },
  { name: 'parse-server', packages: ['parse-server'], port: 1337 },
  { name: 'payload', packages: ['payload'], port: 3000 },
  { name: 'mastra', packages: ['mastra', '@mastra/core'], port: 4111, start: 'mastra start', isBuilt: true },
  { name: 'xmcp', packages: ['xmcp'], port: 3001, start: 'node dist/http.js', isBuilt: true },
  { name: 'hydrogen', packages: ['@shopify/hydrogen'], port: 3000, start: 'shopify hydrogen preview', isBuilt: true },
  { name: 'nextjs', packages: ['next'], port: 3000, start: 'next start', isBuilt: true },
  { name: 'nuxt', packages: ['nuxt', 'nuxt3', 'nuxt-edge', 'nuxt-nightly'], port: 3000, start: nitroStart, isBuilt: true },
  { name: 'tanstack-start', packages: ['@tanstack/react-start', '@tanstack/solid-start', '@tanstack/start'], port: 3000, start: nitroStart, isBuilt: true },
  { name: 'react-router', packages: ['@react-router/dev', '@react-router/serve', '@react-router/node', '@react-router/express'], port: 3000, start: 'react-router-serve build/server/index.js', isBuilt: true },
  { name: 'remix', packages: ['@remix-run/dev', '@remix-run/serve', '@remix-run/node', '@remix-run/express', '@remix-run/server-runtime'], port: 3000, start: 'remix-serve build/server/index.js', isBuilt: true },
  { name: 'sveltekit', packages: ['@sveltejs/kit'], port: 3000, start: 'node build', isBuilt: true },
  { name: 'sapper', packages: ['sapper'], port: 3000, start: 'node __sapper__/build', isBuilt: true },
  { name: 'solidstart', packages: ['@solidjs/start', 'solid-start'], port: 3000, start: nitroStart, isBuilt: true },
  { name: 'analog', packages: ['@analogjs/platform'], port: 3000, start: 'node dist/analog/server/index.mjs', isBuilt: true },
  { name: 'waku', packages: ['waku'], port: 8080, start: 'waku start', isBuilt: true },
  { name: 'astro', packages: ['@astrojs/node', '@astrojs/vercel', '@astrojs/netlify'], port: 4321, start: 'node dist/server/entry.mjs', isBuilt: true },
  { name: 'qwik', packages: ['@builder.io/qwik-city', '@qwik.dev/router'], port: 3000, start: 'node server/entry.express', isBuilt: true },
  { name: 'angular', packages: ['@angular/ssr', '@nguniversal/express-engine'], port: 4000, isBuilt: true },
  { name: 'marko', packages: ['@marko/run'], port: 3000, isBuilt: true },
  { name: 'razzle', packages: ['razzle'], port: 3000, start: 'node build/server.js', isBuilt: true },
  { name: 'nitro', packages: ['nitropack', 'nitro'], port: 3000, start: nitroStart, isBuilt: true },
  { name: 'meteor', packages: ['meteor-node-stubs'], port: 3000 },
  { name: 'nestjs', packages: ['@nestjs/core'], port: 3000, start: 'node dist/main.js' },
  { name: 'adonis', packages: ['@adonisjs/core', '@adonisjs/framework'], port: 3333, start: 'node build/bin/server.js' },
  { name: 'sails', packages: ['sails'], port: 1337 },
  { name: 'feathers', packages: ['@feathersjs/feathers', '@feathersjs/express', '@feathersjs/koa'], port: 3030 },
  { name: 'loopback', packages: ['@loopback/rest', '@loopback/core', 'loopback'], port: 3000 },
  { name: 'foal', packages: ['@foal/core'], port: 3001 },
  { name: 'midway', packages: ['@midwayjs/core'], port: 7001 },
  { name: 'egg', packages: ['egg'], port: 7001 },
  { name: 'thinkjs', packages: ['thinkjs'], port: 8360 },
  { name: 'total', packages: ['total4', 'total5', 'total.js'], port: 8000 },
  { name: 'moleculer', packages: ['moleculer-web', 'moleculer'], port: 3000 },
  { name: 'probot', packages: ['probot'], port: 3000, start: 'probot run ./index.js' },
  { name: 'functions-framework', packages: ['@google-cloud/functions-framework'], port: 8080, start: 'functions-framework' },
  { name: 'apollo', packages: ['@apollo/server', '@apollo/gateway', 'apollo-server', 'apollo-server-express'], port: 4000 },
  { name: 'graphql-yoga', packages: ['graphql-yoga'], port: 4000 },
  { name: 'fastify', packages: ['fastify'], port: 3000 },
  { name: 'hapi', packages: ['@hapi/hapi', 'hapi'], port: 3000 },
  { name: 'koa', packages: ['koa'], port: 3000 },
  { name: 'elysia', packages: ['elysia'], port: 3000 },
  { name: 'hono', packages: ['hono'], port: 3000 },
  { name: 'express', packages: ['express'], port: 3000 },
  { name: 'restify', packages: ['restify'], port: 8080 },
  { name: 'polka', packages: ['polka'], port: 3000 },
  { name: 'tinyhttp', packages: ['@tinyhttp/app'], port: 3000 },
  { name: 'h3', packages: ['h3', 'listhen'], port: 3000, isShared: true },
  { name: 'micro', packages: ['micro'], port: 3000, start: 'micro', isShared: true },
  { name: 'connect', packages: ['connect'], port: 3000, isShared: true },
  { name: 'json-server', packages: ['json-server'], port: 3000 },
  { name: 'http-proxy', packages: ['http-proxy'], port: 3000, isShared: true },
  { name: 'hyper-express', packages: ['hyper-express', 'uWebSockets.js'], port: 3000 },
  { name: 'trpc', packages: ['@trpc/server'], port: 3000, isShared: true },
  { name: 'socket.io', packages: ['socket.io'], port: 3000 },
  { name: 'ws', packages: ['ws'], port: 3000, isShared: true },
  { name: 'grpc', packages: ['@grpc/grpc-js', 'grpc'], port: 50051, isShared: true },
] // biome-ignore format: a table

/** Packages of processes that take work from a queue, a chat or a clock. They name the framework when no server does. */
export const workerPackages: readonly string[] = ['bullmq', 'bull', 'bee-queue', 'agenda', 'amqplib', 'kafkajs', 'nats', 'node-cron', 'cron', 'node-schedule', 'croner', 'pg-boss', 'graphile-worker', '@temporalio/worker', 'inngest', '@trigger.dev/sdk', 'sqs-consumer', 'mqtt', 'faktory-worker', 'discord.js', 'eris', 'oceanic.js', 'telegraf', 'grammy', 'node-telegram-bot-api', '@slack/bolt', 'whatsapp-web.js', 'matrix-bot-sdk', 'tmi.js', '@twurple/chat', 'botbuilder', 'hubot', 'irc-framework'] // biome-ignore format: a list

/** Libraries of views: what a folder without a server or a builder of its own name is known by. */
export const viewLibraries: readonly Pick<Framework, 'name' | 'packages'>[] = [
  { name: 'angular', packages: ['@angular/core'] },
  { name: 'preact', packages: ['preact'] },
  { name: 'react', packages: ['react', 'react-dom'] },
  { name: 'vue', packages: ['vue'] },
  { name: 'svelte', packages: ['svelte'] },
  { name: 'solid', packages: ['solid-js'] },
  { name: 'lit', packages: ['lit', 'lit-element'] },
] // biome-ignore format: a table

/** Packages of programs that never run on a server. */
export const clientPackages: readonly string[] = ['electron', 'electron-builder', 'electron-updater', 'electron-log', 'electron-store', 'electron-dl', '@electron-forge/cli', 'react-native', 'expo', '@nativescript/core', '@types/vscode', 'vscode', '@types/chrome', 'webextension-polyfill', 'web-ext', 'wxt', 'plasmo', '@crxjs/vite-plugin', '@raycast/api', 'obsidian', '@actions/core', '@forge/api'] // biome-ignore format: a list

/** Programs that test a system from outside; a package of nothing else is a test. */
export const testPackages: readonly string[] = ['dredd', 'newman', 'cypress', '@playwright/test', 'playwright', 'testcafe', 'nightwatch', '@wdio/cli', 'webdriverio', '@cucumber/cucumber', 'puppeteer', 'codeceptjs', 'supertest', '@types/k6'] // biome-ignore format: a list
