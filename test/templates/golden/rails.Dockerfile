FROM ruby:3.3.6-slim AS base
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 libvips42 && rm -rf /var/lib/apt/lists/*
ENV BUNDLE_PATH=/usr/local/bundle BUNDLE_WITHOUT=development:test BUNDLE_DEPLOYMENT=1 RACK_ENV=production RAILS_ENV=production RAILS_LOG_TO_STDOUT=1 RAILS_SERVE_STATIC_FILES=1

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages, local settings and keys.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .bundle -o -name .env -o -name '.env*.local' -o -name master.key \) -prune -exec rm -rf {} +

FROM base AS dependencies
RUN apt-get update && apt-get install -y --no-install-recommends build-essential git libyaml-dev pkg-config libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR "/app"
COPY [".ruby-version", "Gemfile", "Gemfile.lock", "package.json", "yarn.lock", "/app/"]
RUN --mount=type=cache,target=/bundle-cache BUNDLE_USER_CACHE=/bundle-cache BUNDLE_GLOBAL_GEM_CACHE=true bundle install --jobs 4 \
    && rm -rf /usr/local/bundle/ruby/*/cache /usr/local/bundle/cache

FROM dependencies AS build
COPY --from=node:24-slim /usr/local/bin/ /usr/local/bin/
COPY --from=node:24-slim /usr/local/lib/node_modules/ /usr/local/lib/node_modules/
RUN --mount=type=cache,target=/root/.npm npm install --global --force --no-audit --no-fund yarn@1
RUN --mount=type=cache,target=/yarn-cache yarn install --cache-folder /yarn-cache --frozen-lockfile --non-interactive
COPY --from=source /app /app
RUN ["sh", "-c", "SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=1 bundle exec rails assets:precompile"]
RUN rm -rf node_modules

FROM base
ENV HOME=/tmp PORT=3000
COPY --from=dependencies /usr/local/bundle /usr/local/bundle
COPY --from=build /app /app
WORKDIR "/app"
# What this reads once need not be read at every start.
ENV BOOTSNAP_CACHE_DIR=/opt/bootsnap
RUN bundle exec bootsnap precompile --gemfile app/ lib/ config/ && chmod -R a+rX /opt/bootsnap
ENV BOOTSNAP_READONLY=true
# The disk is read-only. Folders that frameworks write to lie in /tmp, and begin there as they are in the image.
RUN <<'SH'
set -e
rm -rf tmp
mkdir -p tmp/pids tmp/sockets tmp/cache tmp/storage log storage
mkdir -p /opt/writable
for folder in tmp log storage public/uploads; do
  if [ ! -d "$folder" ] || [ -L "$folder" ]; then continue; fi
  mkdir -p "/opt/writable/$folder"
  cp -R "$folder/." "/opt/writable/$folder/"
  rm -rf "$folder"
  ln -s "/tmp/writable/$folder" "$folder"
done
SH
COPY --chmod=755 <<'SH' /usr/local/bin/with-writable-folders
#!/bin/sh
cp -R /opt/writable /tmp/
exec "$@"
SH
USER 10001:10001
EXPOSE 3000
ENTRYPOINT ["with-writable-folders"]
CMD ["bundle", "exec", "rails", "server", "-b", "0.0.0.0", "-p", "3000"]
