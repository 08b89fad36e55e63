// What builds a static site from a Node package. Data: add a line, no code.

export interface StaticBuilder {
  readonly name: string
  readonly packages: readonly string[]
  /** Where the built site lands, relative to the folder. */
  readonly output: string
  /** The command when package.json has no build script. */
  readonly build: string
  /** What a server framework needs to say before its build is only files; without it the builder never makes a server. */
  readonly when?: StaticCondition
  /** Whether the tool bundles anything, libraries too, so that a page is needed before it is a site. Default is no. */
  readonly isBundler?: true
  /** Whether it shows parts of other programs to those who write them. Default is no. */
  readonly isShowcase?: true
  /** Whether the view library names the site instead. Default is no. */
  readonly isNamedByView?: true
}

/** Any of these that holds. */
export interface StaticCondition {
  readonly packages?: readonly string[]
  readonly script?: RegExp
  /** Configuration files without their endings, and what one of them says. */
  readonly configs?: readonly string[]
  readonly says?: RegExp
}

const ssrIsOff = /\bssr\s{0,4}:\s{0,4}false\b/

/** Builders of static sites; those built on others come first. */
export const staticBuilders: readonly StaticBuilder[] = [
  { name: 'nextjs', packages: ['next'], output: 'out', build: 'next build', when: { script: /\bnext\s{1,4}export\b/, configs: ['next.config'], says: /\boutput\s{0,4}:\s{0,4}['"]export['"]/ } },
  { name: 'nuxt', packages: ['nuxt', 'nuxt3'], output: '.output/public', build: 'nuxt generate', when: { script: /\bnux[ti]\s{1,4}generate\b/, configs: ['nuxt.config'], says: /\btarget\s{0,4}:\s{0,4}['"]static['"]|\bpreset\s{0,4}:\s{0,4}['"](?:static|github-pages|github_pages)['"]/ } },
  { name: 'sveltekit', packages: ['@sveltejs/kit'], output: 'build', build: 'vite build', when: { packages: ['@sveltejs/adapter-static'], configs: ['svelte.config'], says: /adapter-static/ } },
  { name: 'react-router', packages: ['@react-router/dev', '@react-router/node', '@react-router/serve'], output: 'build/client', build: 'react-router build', when: { configs: ['react-router.config'], says: ssrIsOff } },
  { name: 'remix', packages: ['@remix-run/dev'], output: 'build/client', build: 'remix vite:build', when: { configs: ['vite.config'], says: ssrIsOff } },
  { name: 'solidstart', packages: ['@solidjs/start', 'solid-start', 'solid-start-static'], output: '.output/public', build: 'vinxi build', when: { packages: ['solid-start-static'], configs: ['app.config'], says: /\bssr\s{0,4}:\s{0,4}false\b|\bpreset\s{0,4}:\s{0,4}['"]static['"]/ } },
  { name: 'nitro', packages: ['nitropack', 'nitro'], output: '.output/public', build: 'nitro build', when: { configs: ['nitro.config'], says: /\bpreset\s{0,4}:\s{0,4}['"]static['"]/ } },
  { name: 'astro', packages: ['astro'], output: 'dist', build: 'astro build' },
  { name: 'docusaurus', packages: ['@docusaurus/core', 'docusaurus'], output: 'build', build: 'docusaurus build' },
  { name: 'vitepress', packages: ['vitepress'], output: '.vitepress/dist', build: 'vitepress build' },
  { name: 'vuepress', packages: ['vuepress', '@vuepress/core', '@vuepress/cli'], output: '.vuepress/dist', build: 'vuepress build' },
  { name: 'eleventy', packages: ['@11ty/eleventy'], output: '_site', build: 'eleventy' },
  { name: 'gatsby', packages: ['gatsby'], output: 'public', build: 'gatsby build' },
  { name: 'gridsome', packages: ['gridsome'], output: 'dist', build: 'gridsome build' },
  { name: 'hexo', packages: ['hexo'], output: 'public', build: 'hexo generate' },
  { name: 'saber', packages: ['saber'], output: 'public', build: 'saber build' },
  { name: 'metalsmith', packages: ['metalsmith'], output: 'build', build: 'metalsmith' },
  { name: 'slidev', packages: ['@slidev/cli'], output: 'dist', build: 'slidev build' },
  { name: 'observable', packages: ['@observablehq/framework'], output: 'dist', build: 'observable build' },
  { name: 'evidence', packages: ['@evidence-dev/evidence'], output: 'build', build: 'evidence build' },
  { name: 'honkit', packages: ['honkit'], output: '_book', build: 'honkit build' },
  { name: 'gitbook', packages: ['gitbook-cli', 'gitbook'], output: '_book', build: 'gitbook build' },
  { name: 'antora', packages: ['antora', '@antora/cli', '@antora/site-generator', '@antora/site-generator-default'], output: 'build/site', build: 'antora antora-playbook.yml' },
  { name: 'docsify', packages: ['docsify', 'docsify-cli'], output: 'docs', build: 'true', isBundler: true },
  { name: 'quartz', packages: ['@jackyzha0/quartz'], output: 'public', build: 'quartz build' },
  { name: 'dumi', packages: ['dumi'], output: 'docs-dist', build: 'dumi build' },
  { name: 'zudoku', packages: ['zudoku'], output: 'dist', build: 'zudoku build' },
  { name: 'sanity', packages: ['sanity'], output: 'dist', build: 'sanity build' },
  { name: 'sanity-v2', packages: ['@sanity/core', '@sanity/base'], output: 'dist', build: 'sanity build' },
  { name: 'expo', packages: ['expo'], output: 'dist', build: 'expo export --platform web', when: { script: /\bexpo\s{1,4}export\b(?![^\n]{0,60}(?:ios|android))|\bexpo\s{1,4}build:web\b/ } },
  { name: 'scully', packages: ['@scullyio/scully', '@scullyio/init'], output: 'dist/static', build: 'ng build' },
  { name: 'ionic-angular', packages: ['@ionic/angular'], output: 'www', build: 'ng build' },
  { name: 'ionic-react', packages: ['@ionic/react'], output: 'dist', build: 'vite build' },
  { name: 'ionic-vue', packages: ['@ionic/vue'], output: 'dist', build: 'vite build' },
  { name: 'umijs', packages: ['umi', '@umijs/max', '@umijs/preset-react'], output: 'dist', build: 'umi build' },
  { name: 'dojo', packages: ['@dojo/framework', '@dojo/cli'], output: 'output/dist', build: 'dojo build' },
  { name: 'stencil', packages: ['@stencil/core'], output: 'www', build: 'stencil build' },
  { name: 'ember', packages: ['ember-cli', 'ember-source'], output: 'dist', build: 'ember build --environment=production' },
  { name: 'polymer', packages: ['polymer-cli', '@polymer/polymer'], output: 'build/default', build: 'polymer build' },
  { name: 'preact', packages: ['preact-cli'], output: 'build', build: 'preact build' },
  { name: 'brunch', packages: ['brunch'], output: 'public', build: 'brunch build --production' },
  { name: 'aurelia', packages: ['aurelia-cli'], output: 'dist', build: 'au build --env prod' },
  { name: 'elm', packages: ['elm-pages', 'create-elm-app', 'elm-app', 'elm-spa'], output: 'dist', build: 'elm-pages build' },
  { name: 'shadow-cljs', packages: ['shadow-cljs'], output: 'public', build: 'shadow-cljs release app', isBundler: true },
  { name: 'storybook', packages: ['storybook', '@storybook/react', '@storybook/vue3', '@storybook/html', '@storybook/angular', '@storybook/svelte'], output: 'storybook-static', build: 'storybook build', when: { script: /^(?:storybook\s{1,4}build|build-storybook)\b/ }, isShowcase: true },
  { name: 'create-react-app', packages: ['react-scripts', '@craco/craco', 'react-app-rewired'], output: 'build', build: 'react-scripts build' },
  { name: 'angular', packages: ['@angular/cli', '@angular-devkit/build-angular', '@angular/build'], output: 'dist', build: 'ng build' },
  { name: 'vue', packages: ['@vue/cli-service'], output: 'dist', build: 'vue-cli-service build' },
  { name: 'svelte', packages: ['rollup-plugin-svelte'], output: 'public', build: 'rollup -c' },
  { name: 'vite', packages: ['vite', 'rolldown-vite', 'vite-plus'], output: 'dist', build: 'vite build', isBundler: true },
  { name: 'parcel', packages: ['parcel', 'parcel-bundler'], output: 'dist', build: 'parcel build index.html', isBundler: true },
  { name: 'rsbuild', packages: ['@rsbuild/core'], output: 'dist', build: 'rsbuild build', isBundler: true },
  { name: 'snowpack', packages: ['snowpack'], output: 'build', build: 'snowpack build', isBundler: true },
  { name: 'farm', packages: ['@farmfe/core'], output: 'dist', build: 'farm build', isBundler: true },
  { name: 'elm', packages: ['elm'], output: 'dist', build: 'elm make src/Main.elm --optimize --output=dist/index.html', isBundler: true },
  { name: 'webpack', packages: ['webpack-cli', 'webpack', '@rspack/cli'], output: 'dist', build: 'webpack --mode production', isBundler: true, isNamedByView: true },
  { name: 'rollup', packages: ['rollup'], output: 'public', build: 'rollup -c', isBundler: true, isNamedByView: true },
  { name: 'esbuild', packages: ['esbuild'], output: 'dist', build: 'esbuild --bundle --outdir=dist', isBundler: true, isNamedByView: true },
  { name: 'gulp', packages: ['gulp'], output: 'dist', build: 'gulp build', isBundler: true, isNamedByView: true },
] // biome-ignore format: a table
