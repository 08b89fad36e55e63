// Debian packages that Python packages need: those without a wheel for Linux to be compiled, others while they run.
import type { Facts } from '../claim.ts'

interface Need {
  readonly build?: readonly string[]
  readonly run?: readonly string[]
}

const compiler = ['build-essential', 'pkg-config']
const needs: Readonly<Record<string, Need>> = {
  cairocffi: { run: ['libcairo2'] },
  cairosvg: { run: ['libcairo2'] },
  'django-auth-ldap': { build: [...compiler, 'libldap-dev', 'libsasl2-dev'], run: ['libldap-common', 'libsasl2-2'] },
  'ffmpeg-python': { run: ['ffmpeg'] },
  'flask-mysqldb': { build: [...compiler, 'default-libmysqlclient-dev'], run: ['libmariadb3'] },
  graphviz: { run: ['graphviz'] },
  mariadb: { build: [...compiler, 'libmariadb-dev'], run: ['libmariadb3'] },
  mysqlclient: { build: [...compiler, 'default-libmysqlclient-dev'], run: ['libmariadb3'] },
  'opencv-contrib-python': { run: ['libgl1', 'libglib2.0-0'] },
  'opencv-python': { run: ['libgl1', 'libglib2.0-0'] },
  pdf2image: { run: ['poppler-utils'] },
  psycopg: { run: ['libpq5'] },
  psycopg2: { build: [...compiler, 'libpq-dev'], run: ['libpq5'] },
  pycairo: { build: [...compiler, 'libcairo2-dev'], run: ['libcairo2'] },
  pydub: { run: ['ffmpeg'] },
  pygraphviz: { build: [...compiler, 'libgraphviz-dev'], run: ['graphviz'] },
  pyodbc: { run: ['unixodbc'] },
  pytesseract: { run: ['tesseract-ocr'] },
  'python-ldap': { build: [...compiler, 'libldap-dev', 'libsasl2-dev'], run: ['libldap-common', 'libsasl2-2'] },
  'python-magic': { run: ['libmagic1'] },
  pyzbar: { run: ['libzbar0'] },
  soundfile: { run: ['libsndfile1'] },
  uwsgi: { build: compiler },
  weasyprint: { run: ['libpango-1.0-0', 'libpangoft2-1.0-0', 'libharfbuzz-subset0'] },
  xmlsec: { build: [...compiler, 'libxml2-dev', 'libxmlsec1-dev'], run: ['libxmlsec1-openssl'] },
} // biome-ignore format: a table

/** As facts for the template; absent when the image has all that is needed. */
export function systemPackages(dependencies: Iterable<string>): Facts {
  const found = [...dependencies].flatMap((name) => (Object.hasOwn(needs, name) ? (needs[name] ?? []) : []))
  const build = sorted(found.flatMap((need) => need.build ?? []))
  const run = sorted(found.flatMap((need) => need.run ?? []))
  return { ...(build.length === 0 ? {} : { buildPackages: build }), ...(run.length === 0 ? {} : { systemPackages: run }) }
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}
