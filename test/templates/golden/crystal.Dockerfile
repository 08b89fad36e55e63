FROM crystallang/crystal:1.17-alpine AS build
# Libraries in the form that a static program is linked with.
RUN apk add --no-cache ca-certificates sqlite-static sqlite-dev yaml-static xz-static libxml2-static
WORKDIR "/app"
COPY ["shard.lock", "shard.yml", "/app/"]
RUN --mount=type=cache,target=/root/.cache/shards SHARDS_CACHE_PATH=/root/.cache/shards shards install --skip-postinstall --production
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.cache ["shards", "build", "--release", "--static", "--no-debug", "--production"]
# Installed shards are in the program.
RUN rm -rf lib
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name '*.cr' -o -name shard.yml -o -name shard.lock \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=3000
ENV KEMAL_ENV=production
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["./bin/api"]
