FROM swift:6.0-bookworm AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates libjemalloc-dev libsqlite3-dev libssl-dev
WORKDIR "/app"
COPY ["Package.resolved", "Package.swift", "/app/"]
RUN --mount=type=cache,target=/root/.cache/org.swift.swiftpm,sharing=locked swift package resolve --force-resolved-versions
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.cache/org.swift.swiftpm,sharing=locked ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "App"]
# Programs with the resources that they look for beside them.
RUN programs="$(swift build -c release --show-bin-path)" && mkdir -p /out/usr/local/bin \
    && find -L "$programs" -maxdepth 1 \( -type f -perm -100 -o -name '*.resources' \) -not -name '*.so' -exec cp -R {} /out/usr/local/bin/ \;
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find /out/usr/local/bin -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name .build -o -name .swiftpm -o -name '*.swift' -o -name Package.resolved \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete
RUN cd /out/usr/local/bin && for program in *; do [ -e "/out$OLDPWD/$program" ] || ln -s "/usr/local/bin/$program" "/out$OLDPWD/$program"; done

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=8080
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 8080
CMD ["./App", "serve", "--env", "production", "--hostname", "0.0.0.0"]
