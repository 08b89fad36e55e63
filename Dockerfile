# kyozo for production; docker-compose.yml runs it beside PostgreSQL.
# Another base, such as a mirror's: --build-arg BASE=… --build-arg NODE=…
ARG BASE=debian:trixie-slim
ARG NODE=node:24-slim

# npm is needed only here: the Node that runs kyozo is one of its packages.
FROM ${NODE} AS packages
WORKDIR /kyozo
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM ${BASE}
# setpriv and prlimit, which confine child processes, are in every Debian's util-linux. wget asks the health check.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates docker-cli docker-compose docker-buildx git tini wget \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --no-create-home kyozo \
 && install -d -o kyozo -g kyozo -m 0711 /data
WORKDIR /kyozo
COPY --from=packages /kyozo/node_modules node_modules
COPY package.json LICENSE ./
COPY migrations migrations
COPY templates templates
COPY setup/kyozo.mjs setup/kyozo.mjs
COPY src src
ENV PATH=/kyozo/node_modules/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    HOME=/data \
    KYOZO_DATA_DIR=/data
RUN ln -s /kyozo/setup/kyozo.mjs /usr/local/bin/kyozo
USER kyozo
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD wget -q -O /dev/null "http://127.0.0.1:${KYOZO_PORT:-4400}/livez" || exit 1
ENTRYPOINT ["tini", "--"]
CMD ["node", "src/main.ts"]
