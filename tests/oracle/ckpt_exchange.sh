#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Trains with fathom-cli, goes on in real NeMo + Lightning, comes back, and compares every loss with an uninterrupted run.
# Used by hand where NeMo 3.0.0 is installed; no part of the build or its tests.
# usage: NEMO_PYTHON=VENV/bin/python tests/oracle/ckpt_exchange.sh [FATHOM_CLI]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cli=$(realpath "${1:-$here/../../build/release/bin/fathom-cli}")
data=$(realpath "$here/../data")
python=${NEMO_PYTHON:?a Python with nemo-toolkit[asr]==3.0.0}
work=$(mktemp -d)
trap '[ -n "${KEEP:-}" ] && echo "kept $work" || rm -rf "$work"' EXIT
cd "$work"
sed -e "s#\"audio/#\"$data/nemo/audio/#g" "$data/nemo/manifest.json" > dev_set.json
failed=0

for optimizer in "adam, lr: 0.01, betas: [0.9, 0.98]" "adamw, lr: 0.01, weight_decay: 0.01" "novograd, lr: 0.01, betas: [0.8, 0.5]" \
    "sgd, lr: 0.001, momentum: 0.9"; do
    for more in "" "+trainer.accumulate_grad_batches=2"; do
        [ -n "$more" ] && [ "${optimizer%%,*}" != adam ] && continue
        rm -rf exp w
        sed -e "s#MANIFEST#$work/dev_set.json#g" -e "s#EXPDIR#$work/exp#" \
            -e "s#^  optim: .*#  optim: {name: $optimizer, sched: {name: CosineAnnealing, warmup_steps: 2, min_lr: 0.0001, max_steps: 20}}#" \
            "$data/train/tiny.yaml" > tiny.yaml
        # Without chance and in the order of the manifest, so that both read the same batches.
        train() { # folder, max_epochs, more
            "$cli" train --config-path . --config-name tiny --workspace w model.spec_augment=null model.preprocessor.dither=0 \
                model.train_ds.shuffle=false model.encoder.jasper.0.dropout=0 trainer.num_sanity_val_steps=0 $more \
                exp_manager.exp_dir=null "+exp_manager.explicit_log_dir=$work/exp/$1" "trainer.max_epochs=$2" \
                "${@:3}" > "$1.log" 2>&1 || { tail -n 3 "$1.log"; return 1; }
        }
        train whole 6
        train first 2
        first=$(ls exp/first/checkpoints/*-last.ckpt)
        if ! ACCUMULATE=${more:+2} "$python" "$here/ckpt_exchange.py" "$work/$first" "$work/exp/nemo" 4 > nemo.json 2> nemo.err; then
            echo "FAILED $optimizer $more: Lightning"; tail -n 3 nemo.err; failed=1; continue
        fi
        last=$("$python" -c 'import json; print(json.loads(open("nemo.json").read().splitlines()[-1])["checkpoint"])')
        train back 6 "+exp_manager.resume_from_checkpoint='$last'" || { echo "FAILED $optimizer $more: back"; failed=1; continue; }
        "$python" - "$optimizer $more" <<'PY' || failed=1
import json, sqlite3, sys
def losses(run):
    with sqlite3.connect("w/runs.sqlite") as store:
        return dict(store.execute("SELECT p.step, p.value FROM metrics p JOIN series s ON s.id = p.series "
                                  "WHERE s.run = ? AND s.name = 'train_loss'", (run,)))
whole, back = losses(1), losses(3)
nemo = json.loads(open("nemo.json").read().splitlines()[-1])
middle = {int(k): v for k, v in nemo["losses"].items()}
assert whole and back and middle, (len(whole), len(back), len(middle))
worst = max(abs(v - whole[s]) / abs(whole[s]) for part in (middle, back) for s, v in part.items())
ok = worst < 1e-4 and set(back) == {s for s in whole if s > max(middle)} and nemo["start"] == min(middle) - 1
print(("ok    " if ok else "FAILED ") + f"{sys.argv[1]}: Lightning steps {min(middle)} to {max(middle)}, Fathom again to {max(back)}; largest difference of a loss {worst:.1e}")
sys.exit(0 if ok else 1)
PY
    done
done
exit $failed
