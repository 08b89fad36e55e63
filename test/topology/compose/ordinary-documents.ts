// Compose files as ordinary projects write them. Every one must read without a violation, and as Compose itself reads it.
import type { MemoryFiles } from '../../support/source-tree.ts'

export interface OrdinaryDocument {
  readonly title: string
  readonly text: string
  readonly files?: MemoryFiles
  readonly variables?: Readonly<Record<string, string>>
}

const dockerfile = 'FROM node:24\n'

export const ordinaryDocuments: readonly OrdinaryDocument[] = [
  {
    title: 'WordPress with MySQL',
    text: `
services:
  db:
    image: mysql:8.0
    volumes:
      - db_data:/var/lib/mysql
    restart: always
    environment:
      MYSQL_ROOT_PASSWORD: somewordpress
      MYSQL_DATABASE: wordpress
      MYSQL_USER: wordpress
      MYSQL_PASSWORD: wordpress

  wordpress:
    depends_on:
      - db
    image: wordpress:latest
    volumes:
      - wordpress_data:/var/www/html
    ports:
      - "8000:80"
    restart: always
    environment:
      WORDPRESS_DB_HOST: db:3306
      WORDPRESS_DB_USER: wordpress
      WORDPRESS_DB_PASSWORD: wordpress
      WORDPRESS_DB_NAME: wordpress
volumes:
  db_data: {}
  wordpress_data: {}
`,
  },
  {
    title: 'Express with PostgreSQL, health checks and a version',
    text: `
version: "3.9"

x-defaults: &defaults
  restart: unless-stopped
  init: true

services:
  api:
    <<: *defaults
    build: ./api
    ports:
      - "3000:3000"
    env_file:
      - ./api/api.env
    environment:
      - NODE_ENV=production
      - DATABASE_URL=postgres://app:\${DB_PASSWORD:-secret}@db:5432/app
      - GREETING=costs $$5
    depends_on:
      db:
        condition: service_healthy
      migrate:
        condition: service_completed_successfully
    healthcheck:
      test: ["CMD", "curl", "-fsS", "http://localhost:3000/healthz"]
      interval: 10s
      timeout: 3s
      retries: 5
      start_period: 20s
    deploy:
      resources:
        limits:
          cpus: "0.50"
          memory: 256M
  migrate:
    <<: *defaults
    build:
      context: ./api
      dockerfile: Dockerfile
      target: migrate
      args:
        VERSION: 1.10
    command: npm run "migrate up"
    restart: "no"
    depends_on: {db: {condition: service_healthy}}
  db:
    <<: *defaults
    image: postgres:17-alpine
    shm_size: 128mb
    environment:
      POSTGRES_USER: app
      POSTGRES_DB: app
      POSTGRES_PASSWORD: \${DB_PASSWORD:-secret}
    volumes:
      - pgdata:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U $\${POSTGRES_USER}"]
      interval: 5s
      timeout: 5s
      retries: 10
    ports:
      - "127.0.0.1:5432:5432"
volumes:
  pgdata:
`,
    files: {
      'api/Dockerfile': dockerfile,
      'api/api.env': '# settings\nLOG_LEVEL=info\nNODE_ENV=development\nQUOTED="two words" # why\nexport RAW=\'$HOME\'\n',
    },
  },
  {
    title: 'Python workers with Redis and every network spelling',
    text: `
services:
  web:
    build: {context: ., dockerfile: docker/web.Dockerfile}
    command: ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
    expose: ["8000"]
    working_dir: /srv/app
    user: "1000:1000"
    networks:
      front:
        aliases: [www]
      back:
  worker:
    build: {context: ., dockerfile: docker/web.Dockerfile}
    command: celery -A app worker --loglevel=info
    scale: 2
    stop_grace_period: 1m30s
    stop_signal: SIGINT
    networks: [back]
    depends_on: [redis]
  redis:
    image: redis:7-alpine
    command: redis-server --save 60 1 --loglevel warning
    networks: [back]
    volumes:
      - type: volume
        source: redis-data
        target: /data
      - type: tmpfs
        target: /scratch
        tmpfs: {size: 16m}
    tmpfs: /run:size=8m,mode=1777
    read_only: true
    ulimits: {nofile: {soft: 20000, hard: 40000}, nproc: 512}
    sysctls: [net.core.somaxconn=1024]
    mem_limit: 512m
    cpus: 0.75
    pids_limit: 100
networks:
  front: {driver: bridge}
  back: {internal: true}
volumes:
  redis-data:
`,
    files: { 'docker/web.Dockerfile': dockerfile },
  },
  {
    title: 'nginx with a configuration of the repository, configs and secrets',
    text: `
services:
  proxy:
    image: nginx:1.29
    ports: ["80:80", "443:443"]
    volumes:
      - ./nginx:/etc/nginx/conf.d:ro
      - ./html/index.html:/usr/share/nginx/html/index.html
      - static:/static:ro
    configs:
      - source: robots
        target: /usr/share/nginx/html/robots.txt
        mode: 0440
    secrets: [token]
    labels: {com.example.team: web, com.example.tier: "1"}
    hostname: proxy
    extends: {file: common.yml, service: base}
configs:
  robots: {content: "User-agent: *\\n"}
secrets:
  token: {file: ./secrets/token}
volumes:
  static:
`,
    files: {
      'nginx/default.conf': 'server { listen 80; }\n',
      'html/index.html': '<p>hello</p>\n',
      'secrets/token': 'not really secret\n',
      'common.yml':
        'services:\n  base:\n    image: busybox\n    environment: {TZ: UTC}\n    labels: {com.example.owner: platform}\n    restart: always\n',
    },
  },
  {
    title: 'long and short spellings side by side, with an include',
    text: `
include:
  - infra/compose.yml
services:
  app:
    image: ghcr.io/example/app:1.2.3@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    entrypoint: /entry.sh --flag 'a b'
    environment:
      EMPTY: ""
      NUMBER: 0777
      FLOAT: 0.00001
      BIG: 12345678901234567890
      FLAG: true
      NESTED: \${A:-\${B:-deep}}
      ALTERNATIVE: \${REGION:+in-$REGION}
    ports:
      - target: 8080
        published: "9090"
        protocol: tcp
      - 8081
    links: ["cache:redis"]
    depends_on:
      - cache
    restart: on-failure:3
    init: true
    cap_add: [NET_BIND_SERVICE, CAP_CHOWN]
    platform: linux/amd64
    healthcheck: {disable: true}
    profiles: []
  debug:
    image: busybox
    profiles: [debug]
    privileged: true
`,
    files: { 'infra/compose.yml': 'services:\n  cache:\n    image: redis:7\n    volumes: ["cache:/data"]\nvolumes:\n  cache:\n' },
    variables: { REGION: 'eu' },
  },
  {
    title: 'what a service takes away and replaces of one that it extends',
    text: `
services:
  api:
    image: nginx:1.29
    command: [serve]
    ports: ["80:80", "8081:81"]
    environment: {A: "1", B: "2"}
    labels: {tier: api}
    depends_on: [db]
    healthcheck: {test: [CMD, check], interval: 10s}
  worker:
    extends: {service: api}
    command: !reset null
    ports: !reset []
    environment: {A: !reset null, C: "3"}
    depends_on: !reset {}
  other:
    extends: api
    command: [serve, !reset "--debug", "--quiet"]
    ports: !override ["8090:90"]
    environment: !override [D=4]
    healthcheck: !override {test: [CMD, other]}
    depends_on: !override [cache]
  far:
    extends: {file: base.yml, service: base}
    volumes: !reset null
    environment: !override {E: "5"}
  db: {image: "postgres:17"}
  cache: {image: "redis:7", ports: !reset ["6379:6379"]}
  gone: !reset {image: "redis:7", privileged: true}
`,
    files: {
      'base.yml':
        'services:\n  base: {extends: {service: root}, labels: {l: a}}\n  root: {image: "nginx:1.29", volumes: ["data:/data"], environment: [F=6]}\n',
    },
  },
  {
    title: 'an include with a project folder and variables of its own',
    text: `
include:
  - path: infra/compose.yml
    project_directory: app
    env_file: infra/defaults.env
services:
  web: {image: "nginx:1.29", depends_on: [db]}
`,
    files: {
      'infra/compose.yml': `
services:
  db:
    extends: {file: base.yml, service: base}
    build: {context: ./db, args: {VERSION: "\${VERSION}", REGION: "\${REGION}"}}
    env_file: db.env
`,
      'infra/defaults.env': 'VERSION=17\nREGION=us\n',
      'infra/base.yml': 'services: {base: {command: [infra]}}',
      'app/base.yml': 'services: {base: {command: [app]}}',
      'app/db/Dockerfile': 'FROM postgres:17',
      'app/db.env': 'POSTGRES_DB=shop\n',
    },
    variables: { REGION: 'eu' },
  },
]
