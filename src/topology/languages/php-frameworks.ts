// What PHP applications are built on, and the files that tell the ones that Composer does not install.
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { Framework } from './language.ts'
import { existing } from './manifest.ts'

export const phpFrameworks: readonly Framework[] = [
  { name: 'statamic', packages: ['statamic/cms'], port: 8080 },
  { name: 'october', packages: ['october/rain', 'october/system', 'winter/storm'], port: 8080 },
  { name: 'octane', packages: ['laravel/octane'], port: 8000 },
  { name: 'lumen', packages: ['laravel/lumen-framework'], port: 8080 },
  { name: 'laravel-zero', packages: ['laravel-zero/framework'], kind: 'tool' },
  { name: 'laravel', packages: ['laravel/framework', 'artisan'], port: 8080 },
  { name: 'wordpress', packages: ['roots/wordpress', 'johnpbloch/wordpress', 'johnpbloch/wordpress-core', 'wordpress'], port: 8080 },
  { name: 'drupal', packages: ['drupal/core-recommended', 'drupal/core', 'drupal/recommended-project', 'drupal'], port: 8080 },
  { name: 'magento', packages: ['magento/product-community-edition', 'magento/product-enterprise-edition', 'magento/magento2-base', 'magento'], port: 8080 },
  { name: 'craft', packages: ['craftcms/cms'], port: 8080 },
  { name: 'typo3', packages: ['typo3/cms-core', 'typo3/minimal'], port: 8080 },
  { name: 'shopware', packages: ['shopware/core', 'shopware/platform'], port: 8080, health: '/api/_info/health-check' },
  { name: 'sylius', packages: ['sylius/sylius'], port: 8080 },
  { name: 'prestashop', packages: ['prestashop/prestashop'], port: 8080 },
  { name: 'joomla', packages: ['joomla'], port: 8080 },
  { name: 'mediawiki', packages: ['mediawiki'], port: 8080 },
  { name: 'moodle', packages: ['moodle'], port: 8080 },
  { name: 'nextcloud', packages: ['nextcloud'], port: 8080 },
  { name: 'bolt', packages: ['bolt/core'], port: 8080 },
  { name: 'kirby', packages: ['getkirby/cms'], port: 8080 },
  { name: 'grav', packages: ['getgrav/grav', 'grav'], port: 8080 },
  { name: 'pimcore', packages: ['pimcore/pimcore'], port: 8080 },
  { name: 'api-platform', packages: ['api-platform/core', 'api-platform/symfony'], port: 8080 },
  { name: 'symfony', packages: ['symfony/framework-bundle', 'symfony/symfony'], port: 8080 },
  { name: 'hyperf', packages: ['hyperf/framework', 'hyperf/http-server'], port: 9501, start: 'php bin/hyperf.php start' },
  { name: 'mezzio', packages: ['mezzio/mezzio', 'zendframework/zend-expressive'], port: 8080 },
  { name: 'laminas', packages: ['laminas/laminas-mvc', 'zendframework/zend-mvc', 'zendframework/zendframework'], port: 8080 },
  { name: 'codeigniter', packages: ['codeigniter4/framework', 'codeigniter/framework', 'codeigniter4/codeigniter4', 'codeigniter'], port: 8080 },
  { name: 'cakephp', packages: ['cakephp/cakephp'], port: 8080 },
  { name: 'yii', packages: ['yiisoft/yii2', 'yiisoft/yii', 'yiisoft/yii-runner-http'], port: 8080 },
  { name: 'phalcon', packages: ['ext-phalcon', 'phalcon/cphalcon', 'phalcon/devtools', 'phalcon'], port: 8080 },
  { name: 'spiral', packages: ['spiral/framework', 'spiral/roadrunner-bridge'], port: 8080, start: './rr serve' },
  { name: 'slim', packages: ['slim/slim'], port: 8080 },
  { name: 'flight', packages: ['mikecao/flight', 'flightphp/core'], port: 8080 },
  { name: 'fat-free', packages: ['bcosca/fatfree', 'bcosca/fatfree-core'], port: 8080 },
  { name: 'leaf', packages: ['leafs/leaf'], port: 8080 },
  { name: 'silex', packages: ['silex/silex'], port: 8080 },
  { name: 'tempest', packages: ['tempest/framework'], port: 8080 },
  { name: 'nette', packages: ['nette/application', 'nette/nette'], port: 8080 },
  { name: 'fuelphp', packages: ['fuel/core'], port: 8080 },
  { name: 'thinkphp', packages: ['topthink/framework', 'topthink/think'], port: 8080 },
  { name: 'webman', packages: ['workerman/webman-framework'], port: 8787, start: 'php start.php start' },
  { name: 'workerman', packages: ['workerman/workerman'], port: 2345, start: 'php start.php start' },
  { name: 'roadrunner', packages: ['spiral/roadrunner-http', 'spiral/roadrunner'], port: 8080, start: './rr serve' },
  { name: 'amphp', packages: ['amphp/http-server'], port: 1337 },
  { name: 'reactphp', packages: ['react/http'], port: 8080 },
  { name: 'swoole', packages: ['ext-swoole', 'ext-openswoole', 'openswoole/core'], port: 9501 },
  { name: 'frankenphp', packages: ['runtime/frankenphp-symfony'], port: 8080 },
  { name: 'symfony-console', packages: ['symfony/console'], kind: 'tool' },
] // biome-ignore format: a table

/** Applications that lie in the repository themselves, by files that only they have. */
const marks: readonly { readonly name: string; readonly files: readonly string[] }[] = [
  { name: 'artisan', files: ['artisan'] },
  {
    name: 'wordpress',
    files: [
      'wp-config.php',
      'wp-config-sample.php',
      'wp-load.php',
      'wp-settings.php',
      'wp-login.php',
      'wp-cli.yml',
      'wp-cli.phar',
      'wp-content/index.php',
      'wp-includes/version.php',
    ],
  },
  {
    name: 'drupal',
    files: [
      'core/lib/Drupal.php',
      'web/core/lib/Drupal.php',
      'sites/default/default.settings.php',
      'web/sites/default/default.settings.php',
    ],
  },
  { name: 'magento', files: ['bin/magento', 'app/Mage.php'] },
  { name: 'codeigniter', files: ['spark', 'system/core/CodeIgniter.php'] },
  { name: 'joomla', files: ['libraries/src/Version.php', 'administrator/manifests/files/joomla.xml'] },
  { name: 'mediawiki', files: ['LocalSettings.php', 'includes/MediaWiki.php', 'includes/WebStart.php'] },
  { name: 'moodle', files: ['lib/moodlelib.php'] },
  { name: 'nextcloud', files: ['occ', 'lib/private/Server.php'] },
  { name: 'grav', files: ['bin/gpm'] },
  { name: 'phalcon', files: ['.phalcon/.gitkeep', 'app/config/loader.php'] },
]

/** Packages that nobody requires because they are there, each with the file that says so. */
export function phpMarks(folder: Folder, repository: Repository): (readonly [string, Evidence])[] {
  return marks.flatMap(({ name, files }) => {
    const [path] = existing(files, folder, repository)
    return path === undefined
      ? []
      : [[name, { path, line: 1, fact: `${path.slice(path.lastIndexOf('/') + 1)} of ${name === 'artisan' ? 'laravel' : name}` }] as const]
  })
}
