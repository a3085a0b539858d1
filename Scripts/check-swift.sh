#!/bin/sh
# Stops with a clear message unless a Swift toolchain that can build this package is on the PATH.
set -eu

needed_major=6
needed_minor=1 # the manifest's tools version

if ! command -v swift >/dev/null 2>&1; then
    cat >&2 <<END
error: no Swift toolchain was found on the PATH.
  Precis needs Swift $needed_major.$needed_minor or newer (tested with 6.3).
  Install one from https://www.swift.org/install/linux/, put its usr/bin on the PATH, and run the same command again.
END
    exit 1
fi

version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
major=${version%%.*}
rest=${version#*.}
minor=${rest%%.*}
case "$major.$minor" in
*[!0-9.]* | . | *. | .*)
    echo "error: could not read the version of $(command -v swift); run 'swift --version' to see what is wrong." >&2
    exit 1
    ;;
esac
if [ "$major" -lt "$needed_major" ] || { [ "$major" -eq "$needed_major" ] && [ "$minor" -lt "$needed_minor" ]; }; then
    cat >&2 <<END
error: Swift $version at $(command -v swift) is too old: Precis needs $needed_major.$needed_minor or newer (tested with 6.3).
  Newer toolchains: https://www.swift.org/install/linux/
END
    exit 1
fi
