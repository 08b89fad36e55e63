FROM ruby:3.3-slim AS base
ENV BUNDLE_PATH=/usr/local/bundle BUNDLE_WITHOUT=development:test RACK_ENV=production

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages, local settings and keys.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .bundle -o -name .env -o -name '.env*.local' -o -name master.key \) -prune -exec rm -rf {} +

FROM base AS dependencies
RUN apt-get update && apt-get install -y --no-install-recommends build-essential git libyaml-dev pkg-config && rm -rf /var/lib/apt/lists/*
WORKDIR "/app"
COPY ["Gemfile", "/app/"]
# There is no lockfile: the same commit may get other versions tomorrow.
RUN --mount=type=cache,target=/bundle-cache BUNDLE_USER_CACHE=/bundle-cache BUNDLE_GLOBAL_GEM_CACHE=true bundle install --jobs 4 \
    && rm -rf /usr/local/bundle/ruby/*/cache /usr/local/bundle/cache

FROM base
ENV HOME=/tmp PORT=3000
COPY --from=dependencies /usr/local/bundle /usr/local/bundle
# The versions that were found when the gems were installed.
COPY --from=dependencies /app /app
COPY --from=source /app /app
WORKDIR "/app"
# The disk is read-only. Folders that frameworks write to lie in /tmp, and begin there as they are in the image.
RUN <<'SH'
set -e
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
CMD ["bundle", "exec", "puma", "-b", "tcp://0.0.0.0:3000"]
