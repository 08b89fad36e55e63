FROM dunglas/frankenphp:1-php8.3 AS base
# The server's file has a privilege for low ports, and where no privilege is left such a file does not start.
RUN setcap -r /usr/local/bin/frankenphp && cp "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"
RUN install-php-extensions opcache

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages and local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base
ENV HOME=/tmp XDG_CONFIG_HOME=/tmp/config XDG_DATA_HOME=/tmp/data PORT=8080
COPY --from=source /app /app
WORKDIR "/app"
RUN rm -f composer.json composer.lock package.json package-lock.json yarn.lock pnpm-lock.yaml
# The disk is read-only. Folders that frameworks write to lie in /tmp, and begin there as they are in the image.
RUN <<'SH'
set -e
mkdir -p /opt/writable
for folder in storage writable runtime temp tmp log logs var/log var/sessions var/cache/prod/pools wp-content/uploads wp-content/cache; do
  if [ ! -d "$folder" ] || [ -L "$folder" ]; then continue; fi
  mkdir -p "/opt/writable/$folder"
  cp -R "$folder/." "/opt/writable/$folder/"
  rm -rf "$folder"
  ln -s "/tmp/writable/$folder" "$folder"
done
SH
COPY --chmod=755 <<'SH' /usr/local/bin/with-writable-folders
#!/bin/sh
cp -R /opt/writable /tmp/
exec "$@"
SH
USER 10001:10001
EXPOSE 8080
# The base image asks a port that only its own configuration opens.
HEALTHCHECK NONE
ENTRYPOINT ["with-writable-folders"]
CMD ["frankenphp", "php-server", "--listen", ":8080", "--root", "."]
