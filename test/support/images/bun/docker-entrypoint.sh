#!/bin/sh
# What is no program, such as an option or a file, is Bun's, as in the official image.
set -e
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
    set -- /usr/local/bin/bun "$@"
fi
exec "$@"
