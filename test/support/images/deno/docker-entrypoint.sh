#!/bin/sh
# Deno's own commands and options need no `deno` in front, as in the official image.
set -e
case "$1" in
    -* | add | bench | cache | check | compile | coverage | doc | eval | fmt | help | info | init | install | lint | publish | repl | run | serve | task | test | types | upgrade | vendor)
        exec deno "$@" ;;
esac
exec "$@"
