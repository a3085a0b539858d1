#!/bin/sh
# Runs `swift test` with the given options and repeats at the end what failed, which is far up by then.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ swift test "$@" 2>&1 && echo 0 > "$folder/status" || echo $? > "$folder/status"; } | tee "$folder/output"
status=$(cat "$folder/status")
if [ "$status" -ne 0 ]; then
    echo "==> What failed"
    grep -E '^✘ Test .* (recorded an issue|failed)|^error: |: error: ' "$folder/output" | cut -c 1-1000 | tail -n 40 || true
fi
exit "$status"
