#!/bin/sh
# Installs what the tests of endpoints and of `precis serve` need, pinned by sha256, in a folder of its own in the
# cache: the openai client, and llama.cpp's own server, which has no ready-made package and is compiled for this
# machine (about a minute and a half on two cores).
#   PRECIS_CACHE   the cache folder; default ${XDG_CACHE_HOME:-$HOME/.cache}/precis
# Needed by `make test` only. What is there already is not installed again.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${PRECIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/precis}
tools=$cache/server-checks
say() { echo "==> $*"; }
fail() {
    echo "error: $*" >&2
    exit 1
}

python3 -m pip --version >/dev/null 2>&1 || sh "$here/install-packages.sh" python3 python3-pip
python3 -m pip --version >/dev/null 2>&1 || fail "python3 with pip is needed for the tests; 'python3 -m pip --version' fails"

# Wheels belong to one version of Python and one list of requirements, and what is compiled here to one kind of processor.
wanted="$(python3 --version) $(cat "$here/server-checks.txt" "$here/server-checks-build.txt" | sha256sum | cut -d ' ' -f 1)"
wanted="$wanted $(uname -m) $( (grep -m 1 -E '^(flags|Features)' /proc/cpuinfo || true) | sha256sum | cut -d ' ' -f 1)"
if [ -e "$tools/complete" ] && [ "$(cat "$tools/complete")" = "$wanted" ]; then exit 0; fi

command -v g++ >/dev/null 2>&1 || sh "$here/install-packages.sh" g++
command -v g++ >/dev/null 2>&1 || fail "g++ was not found on the PATH; it compiles llama.cpp for the tests"

mkdir -p "$cache" || fail "cannot create the cache folder $cache; set PRECIS_CACHE to a folder that can be written"
work=$(mktemp -d "$cache/.server-checks-XXXXXX") || fail "cannot write in the cache folder $cache"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Folders of their own rather than environments: that needs no further system package, and nothing of them is on the
# path of other programs.
install() {
    python3 -m pip install -qq --disable-pip-version-check --no-input --no-cache-dir --root-user-action=ignore \
        --no-deps --require-hashes --only-binary :all: "$@" </dev/null ||
        fail "pip could not install what the tests need (its message is above).
  With a network, run the same command again."
}
say "Downloading the openai client and compiling llama.cpp's server (170 MB, about two minutes) into $tools"
install --requirement "$here/server-checks-build.txt" --target "$work/build"
(
    # The parts of llama.cpp that the server does not use are left out.
    export PYTHONPATH="$work/build" PATH="$work/build/bin:$PATH" CMAKE_ARGS="-DLLAVA_BUILD=OFF"
    CMAKE_BUILD_PARALLEL_LEVEL=$(nproc 2>/dev/null || echo 2)
    export CMAKE_BUILD_PARALLEL_LEVEL
    install --no-binary llama-cpp-python --no-build-isolation --requirement "$here/server-checks.txt" --target "$work/checks"
)
echo "$wanted" >"$work/checks/complete"
chmod 755 "$work/checks"
rm -rf "$tools"
mv "$work/checks" "$tools"
