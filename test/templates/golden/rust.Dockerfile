FROM rust:1.98-bookworm AS build
# What its crates compile and link against beyond what the image has.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libprotobuf-dev protobuf-compiler
ENV CARGO_TARGET_DIR=/target
WORKDIR "/app"
COPY ["Cargo.lock", "Cargo.toml", "rust-toolchain.toml", "/app/"]
# The toolchain that the file names is installed by its first use.
RUN cargo --version
COPY [".", "/app/"]
WORKDIR "/app"
# Dependencies stay compiled in the cache. Files that came without their times would look older than that, so all are made new; programs of
# an earlier build are taken away.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/usr/local/cargo/git/db \
    --mount=type=cache,id=cargo-target-rust,target=/target,sharing=locked \
    find /app -type f -exec touch {} + \
    && find /target -maxdepth 3 -type f -path '*/release/*' -not -path '*/release/*/*' -delete \
    && sh -c 'cargo build --release --locked' \
    && mkdir -p /out/usr/local/bin \
    && find /target -maxdepth 3 -type f -perm -100 -path '*/release/*' -not -path '*/release/*/*' -not -name '*.so' -exec cp {} /out/usr/local/bin/ \;
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . /out/usr/local/bin -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name '*.rs' -o -name Cargo.toml -o -name Cargo.lock -o -name .cargo -o -name rust-toolchain -o -name rust-toolchain.toml \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete
# Programs are found where Cargo puts them, and beside the files they read.
RUN rm -rf "/out$PWD/target" && mkdir -p "/out$PWD/target" && ln -s /usr/local/bin "/out$PWD/target/release" \
    && cd /out/usr/local/bin && for program in *; do [ -e "/out$OLDPWD/$program" ] || ln -s "/usr/local/bin/$program" "/out$OLDPWD/$program"; done

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=3000
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 3000
CMD ["./api"]
