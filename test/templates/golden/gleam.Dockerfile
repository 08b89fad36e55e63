FROM ghcr.io/gleam-lang/gleam:v1.16.0-scratch AS gleam

FROM erlang:27 AS build
COPY --from=gleam /bin/gleam /usr/local/bin/gleam
WORKDIR "/app"
COPY ["gleam.toml", "manifest.toml", "/app/"]
RUN --mount=type=cache,target=/root/.cache/gleam gleam deps download
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.cache/gleam ["gleam", "export", "erlang-shipment"]
# Packages and sources are in the shipment as far as they are needed.
RUN rm -rf build/packages build/dev build/prod build/lsp test && find . \( -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +

FROM erlang:27-slim
ENV HOME=/tmp LANG=C.UTF-8 PORT=8000
COPY --from=build ["/app", "/app/"]
WORKDIR "/app"
USER 10001:10001
EXPOSE 8000
ENTRYPOINT []
CMD ["./build/erlang-shipment/entrypoint.sh", "run"]
