#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Edits every golden archive with fathom-cli in several ways and lets real NeMo restore each result, tensor for tensor.
# Used by hand where the toolkits are installed (NeMo 3.0.0 for speech, 2.2.1 for text); no part of the build or its tests.
# usage: NEMO_PYTHON=VENV/bin/python [NEMO_NLP_PYTHON=VENV/bin/python] tests/oracle/restore_edited.sh [FATHOM_CLI]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cli=$(realpath "${1:-$here/../../build/release/bin/fathom-cli}")
data=$(realpath "$here/../data/nemo")
work=$(mktemp -d)
# Offline, NeMo finds these tokenizers as folders where it runs.
for case in cased uncased; do
    mkdir "$work/bert-base-$case"
    echo '{"model_type": "bert"}' > "$work/bert-base-$case/config.json"
    printf '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n' > "$work/bert-base-$case/vocab.txt"
done
cd "$work"
trap 'rm -rf "$work"' EXIT
failed=0

check() { # python, what was done, archive
    if out=$("$here/restore_nemo.sh" "$3" "$cli" 2>"$work/stderr"); then
        echo "ok    $2: $(tail -n 1 <<<"$out")"
    else
        echo "FAILED $2"; tail -n 3 <<<"$out"; tail -n 3 "$work/stderr"; failed=1
    fi
}

edit() { # python, golden name, description, fathom-cli nemo arguments after the file
    local python=$1 name=$2 what=$3; shift 3
    cp "$data/$name.nemo" "$work/a.nemo"; chmod u+w "$work/a.nemo"
    "$cli" nemo "$1" "$work/a.nemo" "${@:2}" >/dev/null
    NEMO_PYTHON=$python check "$python" "$name, $what" "$work/a.nemo"
}

speech=${NEMO_PYTHON:?a Python with nemo-toolkit[asr]==3.0.0}
printf 'one\ntwo\n' > "$work/notes.txt"
for name in ${GOLDEN:-quartznet_char quartznet_char_gz quartznet_char_legacypickle conformer_ctc_spe conformer_ctc_wpe}; do
    edit "$speech" $name "scalar set" set optim.lr=0.5
    edit "$speech" $name "key added and removed" set +a.new.key=[1,2] '~optim.sched'
    edit "$speech" $name "rewritten as a plain tar" convert -o "$work/a.nemo"
    edit "$speech" $name "artifact added" add extra.notes "$work/notes.txt"
    edit "$speech" $name "long text, so that it is rewritten" set "++a_note='$(head -c 5000 /dev/zero | tr '\0' x)'"
done
for name in quartznet_char conformer_ctc_spe; do
    edit "$speech" $name "float32 to float64 and back" convert --dtype float64
done
cp "$data/conformer_ctc_spe.nemo" "$work/spe.nemo"; chmod u+w "$work/spe.nemo"
"$cli" nemo extract "$work/spe.nemo" -C "$work/folder"
"$cli" nemo set "$work/folder" optim.lr=0.25 -o "$work/packed.nemo" >/dev/null
NEMO_PYTHON=$speech check "$speech" "conformer_ctc_spe, packed from a folder" "$work/packed.nemo"
"$cli" nemo replace "$work/spe.nemo" tokenizer.model_path tokenizer.model_path --from "$data/conformer_ctc_spe.nemo" >/dev/null
NEMO_PYTHON=$speech check "$speech" "conformer_ctc_spe, tokenizer of another archive" "$work/spe.nemo"
if [ -n "${NEMO_NLP_PYTHON:-}" ]; then
    "$cli" nemo show "$data/text_classification_bert.nemo" --json > "$work/config.json"
    "$NEMO_NLP_PYTHON" - "$work" <<'PY' >/dev/null 2>&1
import json, sys
from transformers import BertConfig, BertModel
config = json.load(open(sys.argv[1] + "/config.json"))["config"]["language_model"]["config"]
BertModel(BertConfig(**{k: v for k, v in config.items() if k != "model_type"})).save_pretrained(sys.argv[1] + "/bert-base-uncased")
PY
    for name in text_classification_bert mt_aayn_tiny; do
        edit "$NEMO_NLP_PYTHON" $name "scalar set" set +a_note=1
        edit "$NEMO_NLP_PYTHON" $name "artifact added" add extra.notes "$work/notes.txt"
        edit "$NEMO_NLP_PYTHON" $name "long text, so that it is rewritten" set "++a_note='$(head -c 5000 /dev/zero | tr '\0' x)'"
    done
fi
exit $failed
