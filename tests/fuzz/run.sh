#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the fuzz targets and runs each for SECONDS_EACH (default 60) on a corpus seeded with the golden files.
# usage: tests/fuzz/run.sh [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${SECONDS_EACH:-60}
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(fuzz_tar fuzz_checkpoint fuzz_pickle fuzz_npy)
[[ -f build/fuzz/build.ninja ]] || cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${targets[@]}"
corpus=build/fuzz/corpus
for target in "${targets[@]}"; do mkdir -p "$corpus/$target"; done
python3 - "$corpus" <<'PY'
# Seeds: the small golden archives, their checkpoints and pickles, and the arrays.
import pathlib, sys, tarfile, zipfile, io
corpus = pathlib.Path(sys.argv[1]); data = pathlib.Path("tests/data/nemo")
def put(target, name, content):
    folder = corpus / target
    if folder.is_dir(): (folder / name).write_bytes(content)
for path in [data / "nested_artifacts.nemo", data / "quartznet_char_legacypickle.nemo"]:
    with tarfile.open(path) as tar: weights = tar.extractfile("./model_weights.ckpt").read()
    put("fuzz_checkpoint", path.stem, weights)
    if path.stem == "nested_artifacts":
        put("fuzz_tar", path.stem, path.read_bytes())
        put("fuzz_pickle", path.stem, zipfile.ZipFile(io.BytesIO(weights)).read("model_weights/data.pkl"))
put("fuzz_pickle", "protocol4", b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.")
for name in ["mel_len", "tokens", "window"]: put("fuzz_npy", name, (data / "quartznet_char" / f"{name}.npy").read_bytes())
PY
for target in "${targets[@]}"; do
  echo "== $target, $seconds s"
  "build/fuzz/fuzz/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 "$corpus/$target" 2>&1 | tail -8
done
