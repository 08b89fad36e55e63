FROM oven/bun:1-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
ENV BUN_INSTALL_CACHE_DIR=/bun-cache
COPY ["bun.lock", "package.json", "/app/"]
# Scripts that prepare a work tree for developers have no place here.
RUN bun -e 'for (const path of process.argv.slice(1)) { const file = Bun.file(path); const manifest = await file.json(); delete manifest.scripts?.prepare; await Bun.write(file, JSON.stringify(manifest, null, 2)) }' package.json

FROM manifests AS dependencies
RUN --mount=type=cache,target=/bun-cache bun install --frozen-lockfile --production

FROM manifests AS build-dependencies
RUN --mount=type=cache,target=/bun-cache bun install --frozen-lockfile

FROM build-dependencies AS build
COPY --from=source /app /app
WORKDIR "/app"
ENV NODE_ENV=production PATH="/app/node_modules/.bin:$PATH"
RUN ["bun", "run", "build"]
# The packages come from the stage without development ones; what a build generates among them is kept.
RUN find /app -path '*/node_modules/*' -type f,l ! -path '*/node_modules/.prisma/*' -delete && find /app -path '*/node_modules/*' -type d -empty -delete

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=build /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["bun", "server.ts"]
