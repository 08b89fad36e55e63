FROM node:24-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY ["apps/web", "/app/apps/web/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "/app/"]
COPY ["apps/web/package.json", "/app/apps/web/"]
RUN --mount=type=cache,target=/root/.npm npm install --global --no-audit --no-fund "pnpm@$(node -p "/^pnpm@(\d[\w.-]*)/.exec(require('./package.json').packageManager)?.[1] ?? 10")"
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare && npm pkg delete scripts.prepare --prefix /app/apps/web

FROM manifests AS dependencies
RUN --mount=type=cache,target=/pnpm-store CI=true pnpm install --store-dir /pnpm-store --frozen-lockfile --prod=true --filter '{./apps/web}...'

FROM manifests AS build-dependencies
RUN --mount=type=cache,target=/pnpm-store CI=true pnpm install --store-dir /pnpm-store --frozen-lockfile --prod=false --filter '{./apps/web}...'

FROM build-dependencies AS build
COPY --from=source /app /app
WORKDIR "/app/apps/web"
ENV NODE_ENV=production PATH="/app/apps/web/node_modules/.bin:/app/node_modules/.bin:$PATH"
RUN --mount=type=cache,id=next-web,target=/app/apps/web/.next/cache ["pnpm", "run", "build"]
# The server that the build traced, with what it reads beside itself; in a workspace it lies deeper, so a link says where.
RUN server="$(find .next/standalone -name server.js -not -path '*/node_modules/*' | head -n 1)" && place="$(dirname "${server:?}")" \
    && cp -R .next/static "$place/.next/static" && if [ -d public ]; then cp -R public "$place/public"; fi \
    && rm -rf "$place/.next/cache" && ln -s /tmp "$place/.next/cache" \
    && mkdir /out && cp -R .next/standalone /out/standalone && ln -s "standalone/${place#.next/standalone}" /out/service

FROM base
ENV NODE_ENV=production HOME=/tmp HOSTNAME=0.0.0.0 PORT=3000
COPY --from=build /out /app
WORKDIR /app/service
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
