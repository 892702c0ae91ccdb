# SPDX-License-Identifier: GPL-3.0-or-later
"""Words with their frames as NeMo 3.0.0 gives them for made-up CTC outputs: python ctc_times_reference.py OUT.json.

Random paths over a character vocabulary with punctuation and over the tokenizers of the golden Conformers, each with
its greedy text, score and words. Needs the Python environment of NeMo 3.0.0; run it in the repository's root.
"""
import json
import os
import sys
import tarfile
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from nemo.collections.asr.models import EncDecCTCModelBPE
from nemo.collections.asr.parts.submodules.ctc_decoding import CTCDecoding, CTCDecodingConfig
from omegaconf import OmegaConf, open_dict

generator = torch.Generator().manual_seed(20)


def path_of(weights, frames):
    """Ids that stay for one to three frames, blanks between most."""
    path = []
    while len(path) < frames:
        for token in (len(weights), int(torch.multinomial(weights, 1, generator=generator))):
            path += [token] * int(torch.randint(0 if token == len(weights) else 1, 4, (1,), generator=generator))
    return path[:frames]


def case(decoding, weights, frames):
    path = path_of(weights, frames)
    logits = torch.randn(1, frames, len(weights) + 1, generator=generator)
    for frame, token in enumerate(path):
        logits[0, frame, token] += 12
    log_probs = logits.log_softmax(-1)
    hypothesis = decoding.ctc_decoder_predictions_tensor(log_probs, torch.tensor([frames]), return_hypotheses=True)[0]
    words = [[w["word"], int(w["start_offset"]), int(w["end_offset"])] for w in hypothesis.timestamp["word"]]
    return {"path": path, "text": hypothesis.text, "words": words}


def restored(archive):
    """NeMo asks for `bert-base-cased` whatever the vocabulary; a folder of that name where it runs will do."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        os.chdir(folder)
        os.mkdir("bert-base-cased")
        vocabulary = [m for m in tar.getmembers() if m.name.endswith("vocab.txt")]
        words = tar.extractfile(vocabulary[0]).read() if vocabulary else b"[UNK]"
        open("bert-base-cased/vocab.txt", "wb").write(words)
        sizes = dict(vocab_size=len(words.split()), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
        json.dump(dict(model_type="bert", **sizes), open("bert-base-cased/config.json", "w"))
        json.dump(dict(tokenizer_class="BertTokenizer", do_lower_case=False), open("bert-base-cased/tokenizer_config.json", "w"))
        model = EncDecCTCModelBPE.restore_from(archive, map_location="cpu")
        os.chdir(before)
        return model


out = []
labels = [" ", "a", "b", "c", "'", ".", ","]
config = OmegaConf.structured(CTCDecodingConfig(compute_timestamps=True))
decoding = CTCDecoding(config, labels)
weights = torch.tensor([3.0, 3, 3, 3, 1, 1, 1])
out.append({"kind": "char", "vocabulary": labels, "cases": [case(decoding, weights, 40) for _ in range(30)]})
for kind, name in (("spe", "conformer_ctc_spe"), ("wpe", "conformer_ctc_wpe")):
    model = restored(os.path.abspath(f"tests/data/nemo/{name}.nemo"))
    with open_dict(model.cfg.decoding):
        model.cfg.decoding.compute_timestamps = True
    model.change_decoding_strategy(model.cfg.decoding, verbose=False)
    vocabulary = [model.tokenizer.ids_to_tokens([i])[0] for i in range(model.tokenizer.vocab_size)]
    weights = torch.ones(len(vocabulary))
    out.append({"kind": kind, "vocabulary": vocabulary, "punctuation": sorted(model.decoding.supported_punctuation),
                "cases": [case(model.decoding, weights, 40) for _ in range(20)]})
json.dump(out, open(sys.argv[1], "w"), ensure_ascii=False)
