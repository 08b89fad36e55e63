FROM elixir:1.18-otp-27-slim AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends build-essential ca-certificates git
COPY --from=node:24-slim /usr/local/bin/node /usr/local/bin/
COPY --from=node:24-slim /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV MIX_ENV=prod LANG=C.UTF-8 ELIXIR_ERL_OPTIONS="+fnu"
RUN mix local.hex --force && mix local.rebar --force
WORKDIR "/app"
COPY ["mix.exs", "mix.lock", "/app/"]
COPY ["assets/package-lock.json", "assets/package.json", "/app/assets/"]
COPY ["config/config.exs", "config/prod.exs", "/app/config/"]
RUN --mount=type=cache,target=/root/.hex/packages mix deps.get --only prod --check-locked && mix deps.compile
RUN --mount=type=cache,target=/root/.npm npm ci --prefix assets --no-audit --no-fund
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.hex/packages ["sh", "-c", "mix deps.get --only prod && mix compile && mix assets.deploy && mix release"]
# Only releases are kept, at their place.
RUN mkdir -p /release && mv _build/prod/rel/* /release/ && find . -mindepth 1 -delete && mkdir -p _build/prod && mv /release _build/prod/rel
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=4000
# No node looks for others unless the environment says so. A release writes its few files where it may.
ENV RELEASE_DISTRIBUTION=none RELEASE_TMP=/tmp PHX_SERVER=true
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 4000
CMD ["_build/prod/rel/shop/bin/shop", "start"]
