FROM dart:3.13 AS build
ENV PATH="/root/.pub-cache/bin:$PATH"
WORKDIR "/app"
COPY ["pubspec.lock", "pubspec.yaml", "/app/"]
RUN --mount=type=cache,target=/root/.pub-cache dart pub get --enforce-lockfile
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.pub-cache \
    sh -c 'dart pub get && mkdir -p bin && dart compile exe bin/server.dart -o bin/server'
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name .dart_tool -o -name '*.dart' -o -name pubspec.yaml -o -name pubspec.lock -o -name pubspec_overrides.yaml -o -name analysis_options.yaml \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=8080
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 8080
CMD ["./bin/server"]
