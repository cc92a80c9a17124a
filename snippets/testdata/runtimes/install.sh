#!/bin/sh
# Installs the pinned runtimes into .cache/runtimes at the root of the
# repository. Does nothing when they are there already.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
to=${1:-$here/../../../.cache/runtimes}
mkdir -p "$to"
if [ -d "$to/node_modules" ] && cmp -s "$here/package.json" "$to/installed.json"; then
	exit 0
fi
cp "$here/package.json" "$to/package.json"
(cd "$to" && npm install --no-package-lock --no-audit --no-fund --loglevel=error)
cp "$here/package.json" "$to/installed.json"
