FROM node:22-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY ["packages/shared", "/app/packages/shared/"]
COPY ["services/orders", "/app/services/orders/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package-lock.json", "package.json", "/app/"]
COPY ["packages/shared/package.json", "/app/packages/shared/"]
COPY ["services/orders/package.json", "/app/services/orders/"]
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare && npm pkg delete scripts.prepare --prefix /app/services/orders

FROM manifests AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --omit=dev --include-workspace-root --workspace services/orders

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3001 PATH="/app/services/orders/node_modules/.bin:/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app/services/orders"
USER 10001:10001
EXPOSE 3001
CMD ["node", "src/server.js"]
