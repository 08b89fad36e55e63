// Libraries of the system that gems are compiled against, and those that they load when they run: names of Debian packages.

export interface SystemPackages {
  readonly build: readonly string[]
  readonly run: readonly string[]
}

const rows: readonly (SystemPackages & { readonly gems: readonly string[] })[] = [
  { gems: ['pg'], build: ['libpq-dev'], run: ['libpq5'] },
  { gems: ['mysql2', 'trilogy'], build: ['default-libmysqlclient-dev'], run: ['libmariadb3'] },
  { gems: ['sqlite3'], build: ['libsqlite3-dev'], run: ['libsqlite3-0'] },
  { gems: ['ruby-vips', 'image_processing'], build: [], run: ['libvips42'] },
  { gems: ['mini_magick'], build: [], run: ['imagemagick'] },
  { gems: ['rmagick'], build: ['libmagickwand-dev'], run: ['imagemagick'] },
  { gems: ['charlock_holmes'], build: ['libicu-dev'], run: ['libicu-dev'] },
  { gems: ['tiny_tds'], build: ['freetds-dev'], run: ['freetds-bin'] },
  { gems: ['rdkafka', 'karafka'], build: ['zlib1g-dev'], run: [] },
  { gems: ['curb'], build: ['libcurl4-openssl-dev'], run: ['libcurl4'] },
] // biome-ignore format: a table

/** What a Gemfile's gems need of the system; whatever is compiled at all needs the rest, which every template installs. */
export function systemPackages(gems: ReadonlySet<string>): SystemPackages {
  const needed = rows.filter((row) => row.gems.some((name) => gems.has(name)))
  const listed = (pick: (row: SystemPackages) => readonly string[]) => [...new Set(needed.flatMap(pick))].sort()
  return { build: listed(({ build }) => build), run: listed(({ run }) => run) }
}
