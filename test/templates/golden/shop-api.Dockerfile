FROM node:22-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY ["packages/shared", "/app/packages/shared/"]
COPY ["services/api", "/app/services/api/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package-lock.json", "package.json", "/app/"]
COPY ["packages/shared/package.json", "/app/packages/shared/"]
COPY ["services/api/package.json", "/app/services/api/"]
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare && npm pkg delete scripts.prepare --prefix /app/services/api

FROM manifests AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --omit=dev --include-workspace-root --workspace services/api

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/services/api/node_modules/.bin:/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app/services/api"
USER 10001:10001
EXPOSE 3000
CMD ["node", "src/server.js"]
