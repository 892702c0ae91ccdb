#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the fuzz targets and runs each for SECONDS_EACH (default 60) on a corpus seeded with the golden files.
# usage: tests/fuzz/run.sh [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${SECONDS_EACH:-60}
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(fuzz_tar fuzz_zip fuzz_safetensors fuzz_checkpoint fuzz_pickle fuzz_npy fuzz_arpa fuzz_yaml fuzz_override fuzz_filter fuzz_sentencepiece fuzz_wordpiece fuzz_data
                                     fuzz_events fuzz_wandb fuzz_tracker_text)
[[ -f build/fuzz/build.ninja ]] || cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${targets[@]}"
corpus=build/fuzz/corpus
for target in "${targets[@]}"; do mkdir -p "$corpus/$target"; done
python3 - "$corpus" <<'PY'
# Seeds: the small golden archives, their checkpoints and pickles, and the arrays.
# And the texts of the shipped configs and of the golden config cases.
import hashlib, io, json, pathlib, sys, tarfile, zipfile
corpus = pathlib.Path(sys.argv[1]); data = pathlib.Path("tests/data/nemo")
def put(target, name, content):
    folder = corpus / target
    if folder.is_dir(): (folder / name).write_bytes(content)
for path in [data / "nested_artifacts.nemo", data / "quartznet_char_legacypickle.nemo"]:
    with tarfile.open(path) as tar: weights = tar.extractfile("./model_weights.ckpt").read()
    put("fuzz_checkpoint", path.stem, weights)
    if weights[:2] == b"PK": put("fuzz_zip", path.stem, weights)
    if path.stem == "nested_artifacts":
        put("fuzz_tar", path.stem, path.read_bytes())
        put("fuzz_pickle", path.stem, zipfile.ZipFile(io.BytesIO(weights)).read("model_weights/data.pkl"))
typed = pathlib.Path("tests/data/lightning/structured_config.ckpt").read_bytes()
put("fuzz_checkpoint", "structured_config", typed)
put("fuzz_pickle", "structured_config", zipfile.ZipFile(io.BytesIO(typed)).read("structured_config/data.pkl"))
deflated = io.BytesIO()
with zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as file: file.writestr("a/data.pkl", b"\x80\x02}." * 30)
put("fuzz_zip", "deflated", deflated.getvalue())
put("fuzz_safetensors", "all_dtypes", pathlib.Path("tests/data/nemo_more/all_dtypes.safetensors").read_bytes())
put("fuzz_pickle", "torch_dist", pathlib.Path("tests/data/nemo_more/torch_dist_folder/model_weights/.metadata").read_bytes())
for path in pathlib.Path("tests/data/hostile").iterdir():
    if path.stat().st_size > 65536 or any(word in path.name for word in ("bomb", "doubling")): continue  # slow mutants
    kind = {".nemo": "fuzz_tar", ".safetensors": "fuzz_safetensors", ".ckpt": "fuzz_checkpoint"}.get(path.suffix)
    if kind: put(kind, path.name, path.read_bytes())
    if path.suffix == ".ckpt": put("fuzz_zip", path.name, path.read_bytes())
put("fuzz_pickle", "protocol4", b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.")
for name in ["mel_len", "tokens", "window"]: put("fuzz_npy", name, (data / "quartznet_char" / f"{name}.npy").read_bytes())
def text(target, content): put(target, hashlib.sha1(content.encode()).hexdigest(), content.encode())
def cases(name): return map(json.loads, pathlib.Path("tests/data/hydra", name).read_text().split("\n")[:-1])
for case in cases("cases.jsonl"):
    for content in case["yaml_files"].values(): text("fuzz_yaml", content)
    for override in case["overrides"]: text("fuzz_override", override)
for case in cases("yaml_types.jsonl"): text("fuzz_yaml", case["yaml"])
for case in cases("overrides_parse.jsonl"): text("fuzz_override", case["input"])
for line in ["val_wer<0.5 -failed word", "min(lr) >= 10k or (not state = \"a b\" and name =~ ^x)", "best(lr, by max `b`) in (1, 2 days, 'c')",
             "started within 1h30m", "started > 2 days ago", "started = 2026-11-24", "config[\"a b\"] is not missing", "tags contains x"]: text("fuzz_filter", line)
text("fuzz_arpa", "\\data\\\nngram 1=4\nngram 2=2\nngram 3=1\n\n\\1-grams:\n-1.5\t<unk>\t0\n-99\t<s>\t-0.3\n-0.9\t</s>\n-0.7\tab\t-0.4\n\n"
                  "\\2-grams:\n-0.5\t<s> ab\t-0.2\n-0.4\tab ab\t-0.1\n\n\\3-grams:\n-0.2\t<s> ab ab\n\n\\end\\\n")
logs = pathlib.Path("tests/data/exchange")
for path in [*logs.rglob("*tfevents*"), pathlib.Path("tests/data/lightning/events.out.tfevents.golden")]: put("fuzz_events", path.name, path.read_bytes())
def events(content):
    while len(content) >= 12:
        length = int.from_bytes(content[:8], "little")
        yield content[12:12 + length]
        content = content[16 + length:]
for path in logs.rglob("*tfevents*"):
    for i, record in enumerate(events(path.read_bytes())):
        if len(record) < 2048 and i % 9 < 3: put("fuzz_events", f"{path.name}_{i}", record)
def records(content):  # of a .wandb log, from its fragments
    place, record = 7, b""
    while place + 7 <= len(content):
        if 32768 - place % 32768 < 7: place += 32768 - place % 32768; continue
        length, kind = int.from_bytes(content[place + 4:place + 6], "little"), content[place + 6]
        record = (record if kind in (3, 4) else b"") + content[place + 7:place + 7 + length]
        place += 7 + length
        if kind in (1, 4): yield record
for path in logs.rglob("*.wandb"):
    put("fuzz_wandb", path.name, path.read_bytes())
    for i, record in enumerate(records(path.read_bytes())):
        if len(record) < 4096: put("fuzz_wandb", f"record{i}", record)
for kind, pattern in enumerate(["*.csv", "mlruns/*/*/meta.yaml", "mlruns/*/*/metrics/**/*", "mlruns/*/*/params/**/*", "mlruns/*/meta.yaml"]):
    for i, path in enumerate(p for p in logs.rglob(pattern) if p.is_file()): put("fuzz_tracker_text", f"{kind}_{i}", bytes([kind]) + path.read_bytes())
tokenizers = pathlib.Path("tests/data/text")
for path in tokenizers.glob("*.model"): put("fuzz_sentencepiece", path.name, path.read_bytes())
put("fuzz_wordpiece", "vocab", (tokenizers / "vocab.txt").read_bytes() + "\0Hello ÜBER [SEP] 中a e\u0301".encode())
for kind, lines in enumerate(['{"audio_filepath": "a.wav", "duration": 1.5, "offset": 0.5, "text": "é"}\n{"audio_filename": "b", "duration": 1e9, "text_filepath": "t"}',
                              "sentence\tlabel\na b\t0\nc\t2\n", "a b\né\n", '{"text": "a b"}\n{"text": "c"}', "a_{0..7}/{x,y{08..10..2}}__OP_a..d_CL_", "L'homme, M. Durand « dit » : 1.5 % &amp; 中"]):
    put("fuzz_data", str(kind), bytes([min(kind, 4)]) + lines.encode())
for path in pathlib.Path("configs").rglob("*.yaml"): text("fuzz_yaml", path.read_text())
PY
for target in "${targets[@]}"; do
  echo "== $target, $seconds s"
  dictionary=()
  [[ $target == fuzz_yaml || $target == fuzz_override ]] && dictionary=(-dict=tests/fuzz/config.dict)
  "build/fuzz/fuzz/$target" "${dictionary[@]}" -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=30 -artifact_prefix=build/fuzz/$target- -print_final_stats=1 "$corpus/$target" 2>&1 | tail -8
done
