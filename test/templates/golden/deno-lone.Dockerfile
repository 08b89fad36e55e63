FROM denoland/deno:2.9.6 AS base
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
WORKDIR "/app"

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages of another platform, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS build
COPY --from=source /app /app
WORKDIR "/app"
# What the source imports by address is in no manifest.
RUN deno cache main.ts

FROM base
ENV HOME=/tmp PORT=8000
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 8000
ENTRYPOINT []
CMD ["deno", "run", "--allow-all", "main.ts"]
