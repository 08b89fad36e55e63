FROM oven/bun:1-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY ["apps/one", "/app/apps/one/"]
COPY ["packages/ui", "/app/packages/ui/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
ENV BUN_INSTALL_CACHE_DIR=/bun-cache
COPY ["bun.lock", "package.json", "/app/"]
COPY ["apps/one/package.json", "/app/apps/one/"]
COPY ["packages/ui/package.json", "/app/packages/ui/"]
# Scripts that prepare a work tree for developers have no place here.
RUN bun -e 'for (const path of process.argv.slice(1)) { const file = Bun.file(path); const manifest = await file.json(); delete manifest.scripts?.prepare; await Bun.write(file, JSON.stringify(manifest, null, 2)) }' package.json /app/apps/one/package.json

FROM manifests AS dependencies
RUN --mount=type=cache,target=/bun-cache bun install --frozen-lockfile --production

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/apps/one/node_modules/.bin:/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app/apps/one"
USER 10001:10001
EXPOSE 3000
CMD ["bun", "server.ts"]
