#!/bin/sh
# Installs what the tests need to open reports in a real browser: Chromium from the system's packages;
# Playwright, axe and nbformat, pinned by sha256, in a folder of their own in the cache.
#   PRECIS_CACHE   the cache folder; default ${XDG_CACHE_HOME:-$HOME/.cache}/precis
# Needed by `make test` only. What is there already is not installed again.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${PRECIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/precis}
tools=$cache/browser-checks
say() { echo "==> $*"; }
fail() {
    echo "error: $*" >&2
    exit 1
}

command -v chromium >/dev/null 2>&1 || sh "$here/install-packages.sh" chromium
command -v chromium >/dev/null 2>&1 ||
    fail "Chromium was not found on the PATH; the tests open reports in it. Install it as 'chromium' and run the same command again."

python3 -m pip --version >/dev/null 2>&1 || sh "$here/install-packages.sh" python3 python3-pip
python3 -m pip --version >/dev/null 2>&1 || fail "python3 with pip is needed for the tests; 'python3 -m pip --version' fails"

# Wheels belong to one version of Python and one list of requirements.
wanted="$(python3 --version) $(sha256sum <"$here/browser-checks.txt" | cut -d ' ' -f 1)"
if [ -e "$tools/complete" ] && [ "$(cat "$tools/complete")" = "$wanted" ]; then exit 0; fi

mkdir -p "$cache" || fail "cannot create the cache folder $cache; set PRECIS_CACHE to a folder that can be written"
work=$(mktemp -d "$cache/.browser-checks-XXXXXX") || fail "cannot write in the cache folder $cache"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Downloading Playwright and axe (50 MB) into $tools"
# A folder of its own rather than an environment: that needs no further system package, and nothing of it
# is on the path of other programs.
python3 -m pip install --quiet --disable-pip-version-check --no-input --no-cache-dir --root-user-action=ignore \
    --no-deps --require-hashes --only-binary :all: --requirement "$here/browser-checks.txt" --target "$work" </dev/null ||
    fail "pip could not install the packages named in Scripts/browser-checks.txt (its message is above).
  With a network, run the same command again."
echo "$wanted" >"$work/complete"
chmod 755 "$work"
rm -rf "$tools"
mv "$work" "$tools"
trap - EXIT
