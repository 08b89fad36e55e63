FROM debian:bookworm-slim AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends build-essential ccache ca-certificates git pkg-config cmake meson ninja-build autoconf automake libtool
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
RUN --mount=type=cache,target=/root/.cache/pip python3 -m venv /opt/conan && /opt/conan/bin/pip install "conan>=2,<3" && /opt/conan/bin/conan profile detect
ENV PATH=/usr/lib/ccache:$PATH CCACHE_DIR=/ccache CMAKE_GENERATOR=Ninja
WORKDIR "/app"
COPY ["conanfile.txt", "/app/"]
RUN --mount=type=cache,target=/root/.conan2/p /opt/conan/bin/conan install . --output-folder=/opt/packages --build=missing -s build_type=Release -s compiler.cppstd=20
COPY [".", "/app/"]
# A build folder that somebody committed or left lying about belongs to another machine.
RUN rm -rf build/CMakeFiles build/CMakeCache.txt
RUN --mount=type=cache,target=/ccache --mount=type=cache,target=/root/.conan2/p \
    export CMAKE_TOOLCHAIN_FILE="$(find /opt/packages -name conan_toolchain.cmake | head -n 1)"; sh -c 'cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build'
# The build may put the program deeper, or beside its sources.
RUN program=$(find . -type f -perm -100 \( -name api -o -name a.out \) -not -path '*/CMakeFiles/*' | head -n 1) \
    && : "${program:?the build made no program of that name}" && mkdir -p /out/usr/local/bin && ln -s "$(realpath "$program")" /out/usr/local/bin/service
WORKDIR "/app"
# Shared libraries that the image below lacks: it has the C library only.
RUN mkdir -p /out/usr/local/lib /out/etc/ssl/certs && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && find . -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} \; 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
    | grep -Ev '/(ld-[^/]*|lib(c|m|dl|rt|pthread|resolv|util|anl|nsl|nss_[a-z]*))\.so' | while read -r library; do cp -L "$library" /out/usr/local/lib/; done
# Pages, migrations and other files that the program may read while it runs.
RUN mkdir -p "/out$PWD" && cp -R . "/out$PWD" \
    && find "/out$PWD" \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local -o -name '*.o' -o -name '*.a' -o -name '*.c' -o -name '*.cc' -o -name '*.cpp' -o -name '*.cxx' -o -name '*.h' -o -name '*.hh' -o -name '*.hpp' -o -name '*.hxx' -o -name '*.p' -o -name CMakeFiles -o -name CMakeCache.txt -o -name CMakeLists.txt -o -name '*.cmake' -o -name build.ninja -o -name .ninja_deps -o -name .ninja_log -o -name compile_commands.json -o -name meson.build -o -name meson-info -o -name meson-logs -o -name meson-private -o -name Makefile -o -name _deps -o -name vcpkg_installed \) -prune -exec rm -rf {} + \
    && find "/out$PWD" -mindepth 1 -type d -empty -delete

FROM debian:bookworm-slim
ENV HOME=/tmp LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/local/lib SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PORT=8080
COPY --from=build /out/ /
WORKDIR "/app"
USER 10001:10001
EXPOSE 8080
CMD ["/usr/local/bin/service"]
