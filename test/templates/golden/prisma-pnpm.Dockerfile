FROM node:24-slim AS base
# Prisma's engine is linked with it.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends openssl && rm -rf /var/lib/apt/lists/*
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS manifests
COPY ["package.json", "pnpm-lock.yaml", "/app/"]
COPY ["prisma/schema.prisma", "/app/prisma/"]
RUN --mount=type=cache,target=/root/.npm npm install --global --no-audit --no-fund "pnpm@$(node -p "/^pnpm@(\d[\w.-]*)/.exec(require('./package.json').packageManager)?.[1] ?? 10")"
# Scripts that prepare a work tree for developers have no place here.
RUN npm pkg delete scripts.prepare scripts.postinstall

FROM manifests AS dependencies
RUN --mount=type=cache,target=/pnpm-store CI=true pnpm install --store-dir /pnpm-store --frozen-lockfile --prod=true

FROM manifests AS build-dependencies
RUN --mount=type=cache,target=/pnpm-store CI=true pnpm install --store-dir /pnpm-store --frozen-lockfile --prod=false

FROM build-dependencies AS build
COPY --from=source /app /app
WORKDIR "/app"
ENV NODE_ENV=production PATH="/app/node_modules/.bin:$PATH"
RUN ["sh", "-c", "prisma generate && pnpm run build"]
# The packages come from the stage without development ones; the client that Prisma generates among them is kept.
RUN find /app -path '*/node_modules/*' -type f,l ! -path '*/node_modules/.prisma/*' -delete && find /app -path '*/node_modules/*' -type d -empty -delete

FROM base
ENV NODE_ENV=production HOME=/tmp PORT=3000 PATH="/app/node_modules/.bin:$PATH"
COPY --from=dependencies /app /app
COPY --from=build /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["node", "server.js"]
