FROM haskell:9.10-slim-bookworm AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates libpq-dev libssl-dev pkg-config zlib1g-dev
WORKDIR "/app"
COPY ["api.cabal", "cabal.project.freeze", "/app/"]
RUN --mount=type=cache,id=haskell-cabal,target=/root/.cabal/packages,sharing=locked cabal update && cabal build all:exes --only-dependencies
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,id=haskell-cabal,target=/root/.cabal/packages,sharing=locked ["cabal", "install", "all:exes", "--installdir=bin", "--install-method=copy", "--overwrite-policy=always"]
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name dist-newstyle -o -name .stack-work -o -name '*.hs' -o -name '*.lhs' -o -name '*.cabal' -o -name package.yaml -o -name stack.yaml -o -name stack.yaml.lock -o -name cabal.project -o -name cabal.project.freeze \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=3000
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["./bin/api"]
