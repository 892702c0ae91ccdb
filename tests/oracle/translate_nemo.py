#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does NeMo 2.2.1 translate with an archive of ours as we do? Restores FILE.nemo, translates the lines of TEXT as one batch, and
compares with `fathom-cli translate`; by hand, where the toolkit is installed.
usage: translate_nemo.py FILE.nemo TEXT FATHOM_CLI   Exit code 1 when a line differs."""
import logging
import os
import subprocess
import sys
import types
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
bert = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
bert.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
sys.modules[bert.__name__] = bert  # which needs transformer_engine
from nemo.collections.nlp.models.machine_translation.mt_enc_dec_model import MTEncDecModel


def main(file, text, cli):
    lines = [line for line in open(text, encoding="utf-8").read().split("\n") if line.strip()]
    model = MTEncDecModel.restore_from(file, map_location="cpu")
    theirs = model.translate(lines)
    run = subprocess.run([cli, "translate", file, "-"], input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=True)
    ours = run.stdout.splitlines()
    different = [i for i in range(len(lines)) if theirs[i].strip() != ours[i].strip()]
    for i in different[:5]:
        print(f"{lines[i]}\n  NeMo:   {theirs[i]}\n  Fathom: {ours[i]}")
    print(f"{len(lines)} lines, {len(different)} different")
    return 1 if different else 0


sys.exit(main(*sys.argv[1:]))
