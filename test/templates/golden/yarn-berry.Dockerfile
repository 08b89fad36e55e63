FROM node:24-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY [".yarnrc.yml", "package.json", "yarn.lock", "/app/"]
COPY [".yarn/releases/yarn-4.9.1.cjs", "/app/.yarn/releases/"]
# This Yarn hands over to the release that .yarnrc.yml names, where it names one.
RUN --mount=type=cache,target=/root/.npm npm install --global --force --no-audit --no-fund "@yarnpkg/cli-dist@$(node -p "/^yarn@(\d[\w.-]*)/.exec(require('./package.json').packageManager)?.[1] ?? 4")"
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare

FROM manifests AS dependencies
# Yarn before 4 leaves development packages out only with a plugin; without it they stay.
RUN --mount=type=cache,target=/yarn-cache export YARN_GLOBAL_FOLDER=/yarn-cache YARN_ENABLE_GLOBAL_CACHE=true YARN_NODE_LINKER=node-modules \
    && yarn install --immutable && cd /app && { yarn workspaces focus --production || true; }

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
