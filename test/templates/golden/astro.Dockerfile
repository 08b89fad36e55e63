FROM node:24-slim AS base
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package-lock.json", "package.json", "/app/"]
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare

FROM manifests AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --omit=dev

FROM manifests AS build-dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --include=dev

FROM build-dependencies AS build
COPY --from=source /app /app
WORKDIR "/app"
ENV NODE_ENV=production PATH="/app/node_modules/.bin:$PATH"
RUN ["npm", "run", "build"]
# The packages come from the stage without development ones; what a build generates among them is kept.
RUN find /app -path '*/node_modules/*' -prune ! -name .prisma -exec rm -rf {} +

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=4321 HOST=0.0.0.0 PATH="/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=build /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 4321
CMD ["node", "dist/server/entry.mjs"]
