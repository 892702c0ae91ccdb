#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares fathom-cli with what make_text_classification.py wrote: arrays and classes.
usage: check_text_classification.py OUT FATHOM_CLI                     (needs only numpy); run where no folder is called bert-base-…
       check_text_classification.py OUT FATHOM_CLI OURS.nemo TEXTS.tsv (a Python with nemo-toolkit==2.2.1)
The second form lets NeMo restore what Fathom saved and classify the texts, and compares classes and probabilities."""
import glob
import json
import os
import subprocess
import sys

import numpy as np

OUT, CLI = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def forward(archive, folder, arrays):
    inputs = [f"--in={key}={folder}/{key}.npy" for key in ("input_ids", "attention_mask", "token_type_ids")]
    run(CLI, "forward", archive, *inputs, *[f"--out={key}=/tmp/ours_{key}.npy" for key in arrays])
    return {key: np.load(f"/tmp/ours_{key}.npy") for key in arrays}


def classes(archive, texts):
    with open("/tmp/ours.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(" ".join(t.split()) for t in texts) + "\n")
    return [json.loads(line)["label"] for line in run(CLI, "classify", archive, "/tmp/ours.txt", "--json").splitlines()]


def nemo_on(archive, texts):
    import types
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    import torch
    megatron = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
    megatron.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
    sys.modules[megatron.__name__] = megatron
    from nemo.collections.nlp.models.text_classification.text_classification_model import TextClassificationModel
    os.chdir(f"{OUT}/work")  # where NeMo finds a folder of the name that the config has
    model = TextClassificationModel.restore_from(archive, map_location="cpu").eval()
    batches = model._setup_infer_dataloader({"batch_size": 32, "num_workers": 0}, texts)
    with torch.no_grad():
        return torch.cat([model.forward(ids, mask, kinds).softmax(-1) for ids, kinds, mask, _ in batches]).numpy()


def compare_ours(archive, source):
    with open(source, encoding="utf-8") as file:
        texts = [line.rsplit("\t", 1)[0] for line in file if line.strip()]
    answers = [json.loads(line) for line in run(CLI, "classify", archive, source, "--json").splitlines()]
    ours = np.array([answer["probabilities"] for answer in answers])
    theirs = nemo_on(archive, texts)
    print(f"{len(texts)} texts, {int((ours.argmax(1) != theirs.argmax(1)).sum())} classes differ, largest difference of a probability "
          f"{np.abs(ours - theirs).max():.1e}")


def main():
    if len(sys.argv) > 3:
        return compare_ours(os.path.abspath(sys.argv[3]), os.path.abspath(sys.argv[4]))
    worst = 0.0
    for archive in sorted(glob.glob(f"{OUT}/*.nemo")):
        name = os.path.basename(archive)[:-5]
        folder = archive[:-5]
        got = forward(archive, folder, ["hidden_states", "logits"])
        differences = {key: float(np.abs(got[key] - np.load(f"{folder}/{key}.npy")).max()) for key in got}
        with open(f"{folder}.json", encoding="utf-8") as file:
            expected = json.load(file)
        same = classes(archive, expected["texts"]) == expected["classes"]
        worst = max(worst, *(differences.values() if name != "bfloat16" else [0.0]))
        print(f"{name:28s} hidden {differences['hidden_states']:.1e}  logits {differences['logits']:.1e}  classes "
              f"{'equal' if same else 'DIFFERENT'}", flush=True)
    print(f"largest difference, bfloat16 left out: {worst:.1e}")
    return None


if __name__ == "__main__":
    main()
