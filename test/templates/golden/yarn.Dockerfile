FROM node:24-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package.json", "yarn.lock", "/app/"]
RUN --mount=type=cache,target=/root/.npm npm install --global --force --no-audit --no-fund yarn@1
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare

FROM manifests AS dependencies
RUN --mount=type=cache,target=/yarn-cache,sharing=locked yarn install --cache-folder /yarn-cache --frozen-lockfile --non-interactive --production=true

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
