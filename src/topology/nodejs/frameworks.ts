// Packages that say what a Node folder is. Data: add a line, no code.

export interface Framework {
  readonly name: string
  /** The package in dependencies. */
  readonly dependency: string
  /** The port its production server takes when nothing else is said. */
  readonly port?: number
  /** Its production start command when package.json has none. */
  readonly start?: string
}

/** Servers; the first that is a dependency names the framework, so those built on others come first. */
export const serverFrameworks: readonly Framework[] = [
  { name: 'next', dependency: 'next', port: 3000, start: 'next start' },
  { name: 'nuxt', dependency: 'nuxt', port: 3000, start: 'node .output/server/index.mjs' },
  { name: 'remix', dependency: '@remix-run/serve', port: 3000, start: 'remix-serve build/server/index.js' },
  { name: 'react-router', dependency: '@react-router/serve', port: 3000, start: 'react-router-serve build/server/index.js' },
  { name: 'sveltekit', dependency: '@sveltejs/adapter-node', port: 3000, start: 'node build' },
  { name: 'astro', dependency: '@astrojs/node', port: 4321, start: 'node dist/server/entry.mjs' },
  { name: 'solid-start', dependency: '@solidjs/start', port: 3000, start: 'node .output/server/index.mjs' },
  { name: 'nest', dependency: '@nestjs/core', port: 3000, start: 'node dist/main.js' },
  { name: 'strapi', dependency: '@strapi/strapi', port: 1337, start: 'strapi start' },
  { name: 'adonis', dependency: '@adonisjs/core', port: 3333 },
  { name: 'feathers', dependency: '@feathersjs/feathers', port: 3030 },
  { name: 'apollo', dependency: '@apollo/server', port: 4000 },
  { name: 'fastify', dependency: 'fastify', port: 3000 },
  { name: 'hapi', dependency: '@hapi/hapi', port: 3000 },
  { name: 'koa', dependency: 'koa', port: 3000 },
  { name: 'hono', dependency: 'hono', port: 3000 },
  { name: 'express', dependency: 'express', port: 3000 },
  { name: 'restify', dependency: 'restify', port: 8080 },
  { name: 'polka', dependency: 'polka', port: 3000 },
  { name: 'h3', dependency: 'h3', port: 3000 },
  { name: 'socket.io', dependency: 'socket.io', port: 3000 },
  { name: 'ws', dependency: 'ws', port: 3000 },
  { name: 'grpc', dependency: '@grpc/grpc-js', port: 50051 },
]

/** Packages of processes that take work from a queue or a clock. */
export const workerPackages: readonly string[] = ['bullmq', 'bull', 'bee-queue', 'agenda', 'amqplib', 'kafkajs', 'nats', 'node-cron', 'pg-boss', 'graphile-worker', '@temporalio/worker', 'discord.js', 'telegraf', 'grammy', '@slack/bolt'] // biome-ignore format: a list

export interface StaticBuilder {
  readonly name: string
  readonly dependency: string
  /** Where the built site lands, relative to the folder. */
  readonly output: string
  /** The command when package.json has no build script. */
  readonly build: string
  /** Packages that turn its result into a server, which makes it a Node service. */
  readonly unless?: readonly string[]
}

/** Builders of static sites; those built on others come first. */
export const staticBuilders: readonly StaticBuilder[] = [
  { name: 'sveltekit', dependency: '@sveltejs/adapter-static', output: 'build', build: 'vite build' },
  { name: 'astro', dependency: 'astro', output: 'dist', build: 'astro build', unless: ['@astrojs/node'] },
  { name: 'gatsby', dependency: 'gatsby', output: 'public', build: 'gatsby build' },
  { name: 'docusaurus', dependency: '@docusaurus/core', output: 'build', build: 'docusaurus build' },
  { name: 'vitepress', dependency: 'vitepress', output: '.vitepress/dist', build: 'vitepress build' },
  { name: 'eleventy', dependency: '@11ty/eleventy', output: '_site', build: 'eleventy' },
  { name: 'create-react-app', dependency: 'react-scripts', output: 'build', build: 'react-scripts build' },
  { name: 'angular', dependency: '@angular/cli', output: 'dist', build: 'ng build' },
  { name: 'vue-cli', dependency: '@vue/cli-service', output: 'dist', build: 'vue-cli-service build' },
  { name: 'vite', dependency: 'vite', output: 'dist', build: 'vite build', unless: ['@sveltejs/kit', '@react-router/serve', '@remix-run/serve', '@solidjs/start', 'nuxt'] },
  { name: 'parcel', dependency: 'parcel', output: 'dist', build: 'parcel build index.html' },
  { name: 'webpack', dependency: 'webpack-cli', output: 'dist', build: 'webpack --mode production' },
] // biome-ignore format: a table

/** Packages of programs that never run on a server. */
export const clientPackages: readonly string[] = ['react-native', 'expo', 'electron', '@tauri-apps/api', '@types/vscode', '@types/chrome', 'webextension-polyfill'] // biome-ignore format: a list
