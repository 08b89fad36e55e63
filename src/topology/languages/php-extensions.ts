// Which extensions of PHP an application needs beyond those that every PHP has.

/** Compiled into every PHP. */
const builtIn = new Set(['core', 'ctype', 'curl', 'date', 'dom', 'fileinfo', 'filter', 'hash', 'iconv', 'json', 'libxml', 'mbstring', 'opcache', 'openssl', 'pcre', 'pdo', 'pdo_sqlite', 'phar', 'posix', 'random', 'readline', 'reflection', 'session', 'simplexml', 'sodium', 'spl', 'sqlite3', 'standard', 'tokenizer', 'xml', 'xmlreader', 'xmlwriter', 'zlib']) // biome-ignore format: a list

const sql = ['pdo_mysql', 'pdo_pgsql']

/** What applications expect of their machine without asking their manifest for it: drivers are chosen while they run. */
const expected: readonly { readonly packages: readonly string[]; readonly extensions: readonly string[] }[] = [
  { packages: ['laravel/framework', 'artisan', 'laravel/lumen-framework', 'october/rain', 'winter/storm'], extensions: [...sql, 'bcmath', 'exif', 'gd', 'intl', 'pcntl', 'redis', 'zip'] },
  { packages: ['symfony/framework-bundle', 'symfony/symfony'], extensions: ['intl'] },
  { packages: ['doctrine/dbal', 'doctrine/orm', 'doctrine/doctrine-bundle', 'illuminate/database', 'cakephp/cakephp', 'yiisoft/yii2', 'topthink/framework'], extensions: sql },
  { packages: ['wordpress', 'roots/wordpress', 'johnpbloch/wordpress', 'johnpbloch/wordpress-core'], extensions: ['mysqli', 'exif', 'gd', 'intl', 'zip'] },
  { packages: ['codeigniter4/framework', 'codeigniter/framework', 'codeigniter4/codeigniter4', 'codeigniter'], extensions: ['intl', 'mysqli'] },
  { packages: ['drupal/core', 'drupal/core-recommended', 'drupal/recommended-project', 'drupal', 'joomla', 'moodle', 'nextcloud', 'mediawiki'], extensions: [...sql, 'mysqli', 'gd', 'intl', 'zip'] },
  { packages: ['cakephp/cakephp', 'yiisoft/yii2'], extensions: ['intl'] },
] // biome-ignore format: a table

/** By the packages that are required, `ext-` ones among them, and whether there is a manifest at all: pages without one ask for MySQL by habit. */
export function extensionsFor(packages: readonly string[], hasManifest: boolean): readonly string[] {
  const stated = packages.flatMap((name) => /^ext-([a-z][a-z0-9_]{0,40})$/.exec(name.toLowerCase())?.[1] ?? [])
  const usual = expected.filter((row) => row.packages.some((name) => packages.includes(name))).flatMap(({ extensions }) => extensions)
  const habit = hasManifest || usual.length > 0 ? [] : ['mysqli', 'pdo_mysql']
  return [...new Set([...stated, ...usual, ...habit])].filter((name) => !builtIn.has(name)).sort()
}
