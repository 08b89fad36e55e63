FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
RUN mkdir /init && cp -R -- initdb/. /init/ && rm -f /init/Dockerfile.kyozo && chmod -R a+rX /init

FROM postgres:17
COPY --from=source /init/ /docker-entrypoint-initdb.d/
EXPOSE 5432
