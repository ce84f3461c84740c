#!/bin/sh
# Starts Metadata Digger on this machine:  sh run-standalone-metadata-digger.sh ACTION ...
# The first start sets up .venv beside this file (see tools/environment.sh); later ones are instant.
set -eu

here=$0
while [ -L "$here" ]; do # started through a symbolic link
    target=$(readlink "$here")
    case $target in /*) here=$target ;; *) here=$(dirname -- "$here")/$target ;; esac
done
root=$(CDPATH='' cd -- "$(dirname -- "$here")" && pwd -P)
. "$root/tools/environment.sh"

environment run
exec "$python" -I -m metadata_digger "$@"
