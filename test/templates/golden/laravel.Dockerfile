FROM dunglas/frankenphp:1-php8.3 AS base
# The server's file has a privilege for low ports, and where no privilege is left such a file does not start.
RUN setcap -r /usr/local/bin/frankenphp && cp "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"
RUN install-php-extensions opcache gd pdo_mysql
WORKDIR "/app"
COPY ["composer.json", "composer.lock", "package-lock.json", "package.json", "/app/"]
# Extensions that the locked packages ask for, and that are not there yet.
RUN --mount=type=bind,from=composer:2,source=/usr/bin/composer,target=/usr/local/bin/composer \
    COMPOSER_ALLOW_SUPERUSER=1 composer check-platform-reqs --lock --no-dev --no-plugins 2>/dev/null \
    | awk '$1 ~ /^ext-/ && /missing/ { print substr($1, 5) }' | xargs -r install-php-extensions

# A build's context holds what a commit does not: the Dockerfile; in a clone also packages and local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '.env*.local' \) -prune -exec rm -rf {} +

FROM base AS dependencies
RUN apt-get update && apt-get install -y --no-install-recommends git unzip && rm -rf /var/lib/apt/lists/*
COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer
ENV COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_CACHE_DIR=/composer-cache APP_ENV=production
WORKDIR "/app"
RUN --mount=type=cache,target=/composer-cache composer install --no-dev --no-interaction --prefer-dist --no-scripts --no-autoloader

FROM dependencies AS build
COPY --from=source /app /app
RUN mkdir -p bootstrap/cache storage/framework/cache/data storage/framework/sessions storage/framework/views storage/logs
# The packages are there: this writes the autoloader, and lets the framework prepare itself.
RUN --mount=type=cache,target=/composer-cache composer install --no-dev --no-interaction --optimize-autoloader

FROM node:24-slim AS assets
WORKDIR "/app"
COPY ["composer.json", "composer.lock", "package-lock.json", "package.json", "/app/"]
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY --from=build /app /app
RUN ["npm", "run", "build"]
RUN rm -rf node_modules

FROM base
ENV HOME=/tmp XDG_CONFIG_HOME=/tmp/config XDG_DATA_HOME=/tmp/data PORT=8080 APP_ENV=production LOG_CHANNEL=stderr
COPY --from=assets /app /app
WORKDIR "/app"
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
CMD ["frankenphp", "php-server", "--listen", ":8080", "--root", "public"]
