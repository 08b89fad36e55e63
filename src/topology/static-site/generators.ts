// Generators of static sites that are not packages of Node: how their folders look and what builds them. Data: add a row, no code.

export interface Generator {
  readonly name: string
  /** Files that may be its configuration, any one of them. */
  readonly marks: readonly string[]
  /** What the configuration says when it is this generator's; absent where the name alone is enough. */
  readonly says?: RegExp
  /** Files or folders of which one must be beside it where the name and the words are not enough. */
  readonly beside?: readonly string[]
  /** Lists of packages (Gemfile, requirements.txt) that may name it, and the name there. */
  readonly listed?: { readonly files: readonly string[]; readonly package: RegExp }
  readonly build: string
  readonly output: string
  /** Group 1 is the output folder that the configuration states. */
  readonly outputSaid?: RegExp
  /** Group 1 is a pinned version of the tool, in any file of `versionFiles`. */
  readonly version?: RegExp
  readonly packageManager?: string
}

/** Where the versions of tools are pinned. */
export const versionFiles: readonly string[] = ['.hugo-version', '.tool-versions', 'mise.toml', '.mise.toml', 'netlify.toml', 'vercel.json', 'Gemfile.lock', 'Gemfile', 'requirements.txt', 'pyproject.toml', '.ruby-version'] // biome-ignore format: a list

const pythonLists = ['requirements.txt', 'requirements.in', 'pyproject.toml', 'Pipfile', 'docs/requirements.txt', 'poetry.lock', 'setup.py']
const rubyLists = ['Gemfile', 'Gemfile.lock']

export const generators: readonly Generator[] = [
  { name: 'hugo', marks: ['hugo.toml', 'hugo.yaml', 'hugo.yml', 'hugo.json'], build: 'hugo --minify', output: 'public', outputSaid: /\bpublishDir["']?\s{0,4}[:=]\s{0,4}["']?([\w./-]{1,100})/i, version: /\bHUGO_VERSION["']?\s{0,4}[=:]\s{0,4}["']?(\d{1,4}(?:\.\d{1,4}){0,2})|^hugo(?:-extended)?\s{1,4}v?(\d[\w.]{0,20})/m },
  { name: 'hugo', marks: ['config.toml', 'config.yaml', 'config.yml', 'config.json'], says: /\b(?:baseURL|languageCode|publishDir|paginate|markup|disableKinds|enableGitInfo|canonifyURLs)["']?\s{0,4}[:=]/i, beside: ['content', 'themes', 'layouts', 'archetypes', 'data', '.gitmodules', 'go.mod'], build: 'hugo --minify', output: 'public', outputSaid: /\bpublishDir["']?\s{0,4}[:=]\s{0,4}["']?([\w./-]{1,100})/i, version: /\bHUGO_VERSION["']?\s{0,4}[=:]\s{0,4}["']?(\d{1,4}(?:\.\d{1,4}){0,2})|^hugo(?:-extended)?\s{1,4}v?(\d[\w.]{0,20})/m },
  { name: 'zola', marks: ['config.toml', 'zola.toml'], says: /^\s{0,4}base_url\s{0,4}=/m, beside: ['content', 'templates', 'themes', 'sass'], build: 'zola build', output: 'public', outputSaid: /^\s{0,4}output_dir\s{0,4}=\s{0,4}["']([\w./-]{1,100})/m, version: /\bZOLA_VERSION["']?\s{0,4}[=:]\s{0,4}["']?(\d{1,4}(?:\.\d{1,4}){0,2})/ },
  { name: 'bridgetown', marks: ['bridgetown.config.yml', 'config/initializers.rb'], listed: { files: rubyLists, package: /\bbridgetown\b/ }, build: 'bundle exec bridgetown build', output: 'output', version: /\bbridgetown \((\d[\w.]{0,20})\)/, packageManager: 'bundler' },
  { name: 'jekyll', marks: ['_config.yml', '_config.yaml', '_config.toml'], build: 'bundle exec jekyll build', output: '_site', outputSaid: /^destination\s{0,4}:\s{0,4}["']?([\w./-]{1,100})/m, version: /\bjekyll \((\d[\w.]{0,20})\)/, packageManager: 'bundler' },
  { name: 'middleman', marks: ['config.rb'], says: /\bactivate\s{1,4}:|\bset\s{1,4}:|\bpage\s{1,4}["']|\bconfigure\s{1,4}:build/, listed: { files: rubyLists, package: /\bmiddleman\b/ }, build: 'bundle exec middleman build', output: 'build', outputSaid: /\bset\s{1,4}:build_dir\s{0,4},\s{0,4}["']([\w./-]{1,100})/, version: /\bmiddleman \((\d[\w.]{0,20})\)/, packageManager: 'bundler' },
  { name: 'nanoc', marks: ['nanoc.yaml', 'nanoc.yml'], build: 'bundle exec nanoc', output: 'output', outputSaid: /^output_dir\s{0,4}:\s{0,4}["']?([\w./-]{1,100})/m, version: /\bnanoc \((\d[\w.]{0,20})\)/, packageManager: 'bundler' },
  { name: 'mkdocs', marks: ['mkdocs.yml', 'mkdocs.yaml'], build: 'mkdocs build', output: 'site', outputSaid: /^site_dir\s{0,4}:\s{0,4}["']?([\w./-]{1,100})/m, version: /^mkdocs\s{0,2}==\s{0,2}(\d[\w.]{0,20})/m, packageManager: 'pip' },
  { name: 'zensical', marks: ['zensical.toml'], build: 'zensical build', output: 'site', packageManager: 'pip' },
  { name: 'pelican', marks: ['pelicanconf.py', 'publishconf.py'], build: 'pelican content -s publishconf.py', output: 'output', outputSaid: /^OUTPUT_PATH\s{0,4}=\s{0,4}["']([\w./-]{1,100})/m, version: /^pelican(?:\[[\w,]{1,40}\])?\s{0,2}==\s{0,2}(\d[\w.]{0,20})/m, packageManager: 'pip' },
  { name: 'sphinx', marks: ['conf.py', 'source/conf.py'], says: /^(?:extensions|html_theme|master_doc|templates_path)\s{0,4}=/m, build: 'sphinx-build -b html . _build/html', output: '_build/html', version: /^sphinx\s{0,2}==\s{0,2}(\d[\w.]{0,20})/im, packageManager: 'pip' },
  { name: 'nikola', marks: ['conf.py'], says: /^(?:BLOG_TITLE|NAVIGATION_LINKS|POSTS)\s{0,4}=/m, build: 'nikola build', output: 'output', packageManager: 'pip' },
  { name: 'lektor', marks: ['*.lektorproject'], build: 'lektor build --output-path build', output: 'build', version: /^lektor\s{0,2}==\s{0,2}(\d[\w.]{0,20})/im, packageManager: 'pip' },
  { name: 'quarto', marks: ['_quarto.yml', '_quarto.yaml'], build: 'quarto render', output: '_site', outputSaid: /\boutput-dir\s{0,4}:\s{0,4}["']?([\w./-]{1,100})/ },
  { name: 'jupyter-book', marks: ['_toc.yml', 'myst.yml'], listed: { files: pythonLists, package: /\b(?:jupyter-book|mystmd)\b/ }, build: 'jupyter-book build .', output: '_build/html', packageManager: 'pip' },
  { name: 'mdbook', marks: ['book.toml'], says: /^\s{0,4}\[(?:book|output\.html)\]/m, build: 'mdbook build', output: 'book', outputSaid: /^\s{0,4}build-dir\s{0,4}=\s{0,4}["']([\w./-]{1,100})/m, version: /\bMDBOOK_VERSION["']?\s{0,4}[=:]\s{0,4}["']?v?(\d[\w.]{0,20})/ },
  { name: 'cobalt', marks: ['_cobalt.yml'], build: 'cobalt build', output: '_site', outputSaid: /^destination\s{0,4}:\s{0,4}["']?([\w./-]{1,100})/m },
  { name: 'gleam-lustre', marks: ['gleam.toml'], says: /^\s{0,4}lustre_dev_tools\s{0,4}=|^\s{0,4}target\s{0,4}=\s{0,4}["']javascript["'][\s\S]{0,2000}\blustre\b/m, build: 'gleam run -m lustre/dev build --minify', output: 'priv/static', packageManager: 'gleam' },
  { name: 'trunk', marks: ['Trunk.toml'], build: 'trunk build --release', output: 'dist', outputSaid: /^\s{0,4}dist\s{0,4}=\s{0,4}["']([\w./-]{1,100})/m, packageManager: 'cargo' },
  { name: 'antora', marks: ['antora-playbook.yml', 'antora-playbook.yaml', 'site.yml'], says: /^site\s{0,4}:[\s\S]{0,2000}^content\s{0,4}:/m, build: 'npx antora antora-playbook.yml', output: 'build/site', outputSaid: /^output\s{0,4}:[\s\S]{0,200}?\bdir\s{0,4}:\s{0,4}["']?\.?\/?([\w./-]{1,100})/m, packageManager: 'npm' },
  { name: 'honkit', marks: ['book.json', 'SUMMARY.md'], beside: ['SUMMARY.md'], says: /"(?:gitbook|plugins|structure|root)"\s{0,4}:/, build: 'npx honkit build', output: '_book', packageManager: 'npm' },
  { name: 'quartz', marks: ['quartz.config.ts'], build: 'npx quartz build', output: 'public', packageManager: 'npm' },
  { name: 'elm', marks: ['elm.json'], says: /"type"\s{0,4}:\s{0,4}"application"/, build: 'elm make src/Main.elm --optimize --output=dist/index.html', output: 'dist' },
  { name: 'shadow-cljs', marks: ['shadow-cljs.edn'], says: /:target\s{1,4}:(?:browser|esm)\b(?![^{}]{0,120}:runtime\s{1,4}:(?:node|custom|react-native)\b)/, build: 'npx shadow-cljs release app', output: 'public', packageManager: 'npm' },
  { name: 'soupault', marks: ['soupault.toml'], build: 'soupault', output: 'build' },
  { name: 'haunt', marks: ['haunt.scm'], build: 'haunt build', output: 'site' },
] // biome-ignore format: a table
