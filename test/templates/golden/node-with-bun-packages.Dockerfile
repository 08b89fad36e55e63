FROM node:24-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["bun.lock", "package.json", "/app/"]
RUN --mount=type=cache,target=/root/.npm npm install --global --no-audit --no-fund "bun@$(node -p "/^bun@(\d[\w.-]*)/.exec(require('./package.json').packageManager)?.[1] ?? 1")"
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare

FROM manifests AS dependencies
RUN --mount=type=cache,target=/bun-cache BUN_INSTALL_CACHE_DIR=/bun-cache bun install --frozen-lockfile --production

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
