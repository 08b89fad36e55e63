#!/bin/bash
# The documented behaviour of the official image, for what compose files and kyozo use of it.
set -eo pipefail

data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock

# variable NAME: MARIADB_NAME, or else MYSQL_NAME, or what the file holds that either with _FILE points to.
variable() {
    local prefix name
    for prefix in MARIADB MYSQL; do
        name="${prefix}_$1"
        if [ -n "${!name:-}" ]; then printf '%s' "${!name}"; return; fi
        name="${name}_FILE"
        if [ -n "${!name:-}" ]; then printf '%s' "$(< "${!name}")"; return; fi
    done
}

require_password() {
    if [ -z "$root_password" ] && [ -z "$(variable ALLOW_EMPTY_ROOT_PASSWORD)$(variable ALLOW_EMPTY_PASSWORD)$(variable RANDOM_ROOT_PASSWORD)" ]; then
        echo >&2 '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified'
        echo >&2 '	You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD'
        exit 1
    fi
}

# quoted TEXT: as a string of SQL.
quoted() {
    local text="${1//\\/\\\\}"
    printf "'%s'" "${text//\'/\\\'}"
}

setup_statements() {
    local password
    password="$(quoted "$root_password")"
    echo "SET @@SESSION.SQL_LOG_BIN=0;"
    echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';"
    echo "EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS root@\\'', @@hostname, '\\'');"
    echo "ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD($password);"
    echo "CREATE USER root@'%' IDENTIFIED BY $password;"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
    if [ -n "$user" ] && [ -n "$user_password" ]; then
        echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$user_password");"
        if [ -n "$database" ]; then echo "GRANT ALL ON \`${database//_/\\_}\`.* TO $(quoted "$user")@'%';"; fi
    fi
}

run_first_start() {
    require_password
    if [ -n "$(variable RANDOM_ROOT_PASSWORD)" ]; then
        root_password="$(head -c 24 /dev/urandom | base64)"
        echo "[Note] [Entrypoint]: GENERATED ROOT PASSWORD: $root_password"
    fi
    mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve > /dev/null
    "$@" --skip-networking --socket="$socket" --expire-logs-days=0 --loose-innodb_buffer_pool_load_at_startup=0 &
    local server=$! i
    for i in {1..300}; do
        if mariadb --no-defaults --protocol=socket --socket="$socket" -uroot -e 'SELECT 1' > /dev/null 2>&1; then break; fi
        sleep 0.1
    done
    setup_statements | mariadb --no-defaults --protocol=socket --socket="$socket" -uroot
    local client=(mariadb --no-defaults --protocol=socket --socket="$socket" -uroot --database="$database")
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case "$file" in
            *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
            *.sql) MYSQL_PWD="$root_password" "${client[@]}" < "$file" ;;
            *.sql.gz) gunzip -c "$file" | MYSQL_PWD="$root_password" "${client[@]}" ;;
        esac
    done
    kill "$server"
    wait "$server"
    echo '[Note] [Entrypoint]: MariaDB init process done. Ready for start up.'
}

if [ "${1:0:1}" = - ]; then set -- mariadbd "$@"; fi
if [ "$1" = mariadbd ] || [ "$1" = mysqld ]; then
    if [ "$(id -u)" = 0 ]; then
        find "$data" \! -user mysql -exec chown mysql: '{}' +
        find /run/mysqld \! -user mysql -exec chown mysql: '{}' +
        exec setpriv --reuid=mysql --regid=mysql --init-groups "$BASH_SOURCE" "$@"
    fi
    if [ ! -d "$data/mysql" ]; then
        root_password="$(variable ROOT_PASSWORD)"
        database="$(variable DATABASE)"
        user="$(variable USER)"
        user_password="$(variable PASSWORD)"
        run_first_start "$@"
    fi
fi
exec "$@"
