#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Does Python find in a checkpoint that Fathom wrote what it finds in the original, and do NeMo and Lightning go on from it?
# Used by hand where the toolkits are installed (nemo-toolkit[asr]==3.0.0, torch 2.11); no part of the build or its tests.
# usage: NEMO_PYTHON=VENV/bin/python tests/oracle/ckpt_roundtrip.sh [REWRITE_CKPT [FILE.ckpt]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "$here/../../build/release")
[ $# -gt 0 ] || cmake --build "$build" --target rewrite_ckpt >/dev/null
rewrite=$(realpath "${1:-$build/tests/rewrite_ckpt}")
data=$(realpath "$here/../data/lightning")
original=$(realpath "${2:-$data/quartznet_tiny-last.ckpt}")
python=${NEMO_PYTHON:?a Python with nemo-toolkit[asr]==3.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for file in "$data/torch_objects.ckpt" "$original"; do
    "$rewrite" "$file" rewritten.ckpt
    "$python" "$here/ckpt_roundtrip.py" compare rewritten.ckpt "$file"
    "$python" "$here/ckpt_roundtrip.py" plain "$file" plain.ckpt
    "$rewrite" plain.ckpt safe.ckpt
    "$python" "$here/ckpt_roundtrip.py" compare-safe safe.ckpt plain.ckpt
done
HF_HUB_OFFLINE=1 "$python" "$here/ckpt_roundtrip.py" resume rewritten.ckpt "$original" 2>stderr ||
    { tail -n 20 stderr; exit 1; }
find results -name '*.ckpt' | while read -r file; do # what Lightning has just saved
    "$rewrite" "$file" rewritten.ckpt
    "$python" "$here/ckpt_roundtrip.py" compare rewritten.ckpt "$file"
done
