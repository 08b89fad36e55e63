FROM node:24-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY ["apps/admin", "/app/apps/admin/"]
COPY ["packages/ui", "/app/packages/ui/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "/app/"]
COPY ["apps/admin/package.json", "/app/apps/admin/"]
COPY ["packages/ui/package.json", "/app/packages/ui/"]
RUN --mount=type=cache,target=/root/.npm npm install --global --no-audit --no-fund "pnpm@$(node -p "/^pnpm@(\d[\w.-]*)/.exec(require('./package.json').packageManager)?.[1] ?? 10")"
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare && npm pkg delete scripts.prepare --prefix /app/apps/admin

FROM manifests AS dependencies
RUN --mount=type=cache,target=/pnpm-store CI=true pnpm install --store-dir /pnpm-store --frozen-lockfile --prod=true --filter '{./apps/admin}...'

FROM manifests AS build-dependencies
RUN --mount=type=cache,target=/pnpm-store CI=true pnpm install --store-dir /pnpm-store --frozen-lockfile --prod=false --filter '{./apps/admin}...'

FROM build-dependencies AS build
COPY --from=source /app /app
WORKDIR "/app/apps/admin"
ENV NODE_ENV=production PATH="/app/apps/admin/node_modules/.bin:/app/node_modules/.bin:$PATH"
RUN ["pnpm", "run", "build"]
# The packages come from the stage without development ones; what a build generates among them is kept.
RUN find /app -path '*/node_modules/*' -prune ! -name .prisma -exec rm -rf {} +

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/apps/admin/node_modules/.bin:/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=build /app /app
WORKDIR "/app/apps/admin"
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
