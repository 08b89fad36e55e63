FROM rust:1.98-bookworm AS build
ENV CARGO_TARGET_DIR=/target
WORKDIR "/app"
COPY ["Cargo.lock", "Cargo.toml", "/app/"]
COPY ["libs/words/Cargo.toml", "/app/libs/words/"]
COPY ["services/api/Cargo.toml", "/app/services/api/"]
COPY ["libs/words", "/app/libs/words/"]
COPY ["services/api", "/app/services/api/"]
COPY ["services/other/Cargo.toml", "/app/services/other/Cargo.toml"]
# Cargo reads every member of a workspace, also those that this program does not use and whose sources are not here.
COPY <<'AWK' /tmp/named-sources.awk
# The sources that a manifest names, by path or by the name of a program, test, example or benchmark.
/^\[/ { part = $0; gsub(/[][ \t]/, "", part); isList = /^\[\[/ }
/^path *=/ && (isList || part == "lib") { print $2 }
/^name *=/ && isList { print (part == "bin" ? "src/bin/" : part == "bench" ? "benches/" : part "s/") $2 ".rs" }
END { print "src/lib.rs" }
AWK
RUN find . -name Cargo.toml | while read -r manifest; do \
      folder=$(dirname "$manifest"); \
      if [ ! -d "$folder/src" ] && grep -q '^\[package\]' "$manifest"; then \
        awk -F'"' -f /tmp/named-sources.awk "$manifest" | while read -r file; do mkdir -p "$(dirname "$folder/$file")" && echo 'fn main() {}' > "$folder/$file"; done; \
      fi; \
    done
WORKDIR "/app/services/api"
# Dependencies stay compiled in the cache. Files that came without their times would look older than that, so all are made new; programs of
# an earlier build are taken away.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/usr/local/cargo/git/db \
    --mount=type=cache,id=cargo-target-rust-workspace,target=/target,sharing=locked \
    find /app -type f -exec touch {} + \
    && find /target -maxdepth 3 -type f -path '*/release/*' -not -path '*/release/*/*' -delete \
    && sh -c 'cargo build --release --locked --package api' \
    && mkdir -p /out/usr/local/bin \
    && find /target -maxdepth 3 -type f -perm -100 -path '*/release/*' -not -path '*/release/*/*' -not -name '*.so' -exec cp {} /out/usr/local/bin/ \;
WORKDIR "/app/services/api"
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
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=8000
ENV ROCKET_ADDRESS=0.0.0.0 ROCKET_PORT=8000
COPY --from=build /out/ /
WORKDIR "/app/services/api"
USER 10001:10001
EXPOSE 8000
CMD ["./api"]
