#!/bin/sh
# Installs the Debian packages that the build and the report need, and only those that are missing.
# Without arguments it looks at everything; names given as arguments replace the list.
set -eu

say() { echo "==> $*"; }

if [ $# -gt 0 ]; then
    packages="$*"
else
    packages="libopenblas-dev libgnuplot-iostream-dev libsqlite3-dev libboost-iostreams-dev pkg-config"
fi

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    # Other distributions: trust what can be seen, and name the rest.
    missing=""
    command -v gnuplot >/dev/null 2>&1 || missing="$missing gnuplot"
    if command -v pkg-config >/dev/null 2>&1; then
        pkg-config --exists openblas || missing="$missing libopenblas-dev"
        pkg-config --exists sqlite3 || missing="$missing libsqlite3-dev"
    else
        missing="$missing pkg-config libopenblas-dev libsqlite3-dev"
    fi
    [ -e /usr/include/gnuplot-iostream.h ] || [ -e /usr/local/include/gnuplot-iostream.h ] ||
        missing="$missing libgnuplot-iostream-dev"
    [ -e /usr/include/boost/iostreams/stream.hpp ] || [ -e /usr/local/include/boost/iostreams/stream.hpp ] ||
        missing="$missing libboost-iostreams-dev"
    if [ -n "$missing" ]; then
        cat >&2 <<END
error: this is not a Debian system, so packages cannot be installed automatically, and some were not found.
  Install what your system calls these Debian packages, then run the same command again:
   $missing
END
        exit 1
    fi
    exit 0
fi

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=""
for package in $packages; do
    # Debian 13 replaces pkg-config by pkgconf; any implementation of the command will do.
    if [ "$package" = pkg-config ] && command -v pkg-config >/dev/null 2>&1; then continue; fi
    is_installed "$package" || missing="$missing $package"
done
# Any build of gnuplot will do; the one without a window system is the smallest.
if [ $# -eq 0 ] && ! command -v gnuplot >/dev/null 2>&1; then missing="$missing gnuplot-nox"; fi
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        cat >&2 <<END
error: these packages are missing, and installing them needs root or sudo:$missing
  As root:  apt-get update && apt-get install --no-install-recommends$missing
END
        exit 1
    fi
    as_root="sudo"
fi

say "Installing system packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A system that was just started may be installing its own updates: they are waited for.
# shellcheck disable=SC2086 # the list is split on purpose
if ! {
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $missing
} >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    cat >&2 <<END
error: apt-get could not install:$missing
  Its messages are above. Once it is mended (network, package sources, disk space), run the same command again.
END
    exit 1
fi
