FROM debian:bookworm-slim AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates curl git xz-utils
# The names of the archives changed in 0.14.1.
RUN mkdir /opt/zig && machine=$(uname -m) \
    && { curl -fsSL "https://ziglang.org/download/0.14.1/zig-$machine-linux-0.14.1.tar.xz" || curl -fsSL "https://ziglang.org/download/0.14.1/zig-linux-$machine-0.14.1.tar.xz"; } > /tmp/zig.tar.xz \
    && tar -xJf /tmp/zig.tar.xz --strip-components=1 -C /opt/zig && rm /tmp/zig.tar.xz
ENV PATH=/opt/zig:$PATH ZIG_GLOBAL_CACHE_DIR=/zig-cache
WORKDIR "/app"
COPY ["build.zig.zon", "/app/"]
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/zig-cache ["zig", "build", "-Doptimize=ReleaseSafe"]
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name .zig-cache -o -name zig-cache -o -name '*.zig' -o -name '*.zon' \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=5882
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 5882
CMD ["./zig-out/bin/api"]
