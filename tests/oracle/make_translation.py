#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translation models of NeMo 2.2.1 with many options, and what they compute: FOLDER/<name>.nemo and FOLDER/<name>.json for
tests/engine/model/tst_mt_variants.cpp (tests/data/nemo_more/translation has some of them).
usage: make_translation.py FOLDER [NAME…]   (a Python with nemo-toolkit 2.2.1)
       make_translation.py --batches FILE.json   how NeMo puts pairs of some lengths together (tests/data/translation/batches.json)"""
import json
import os
import sys
import types
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
import torch

torch.set_num_threads(1)
bert = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
bert.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
sys.modules[bert.__name__] = bert  # which needs transformer_engine
import sentencepiece
from nemo.collections.nlp.models.machine_translation.mt_enc_dec_config import AAYNBaseConfig
from nemo.collections.nlp.models.machine_translation.mt_enc_dec_model import MTEncDecModel
from omegaconf import OmegaConf, open_dict

SOURCES = ["hello world", "a quick brown fox", "go", "she sells sea shells by the sea shore", "yes no", "one two three four five six"]
TARGETS = ["the cat sat", "one two three go", "hydra", "learning rate schedule with warmup", "it is a test", "words"]
MORE = ["nemo models", "text of many words that repeat words", "conformer model restores from archive", "hydra config override"]

# Keys: of the model, "both." of encoder and decoder, "encoder." or "decoder." of one. ids: pad, bos, eos, unk of the tokenizers.
VARIANTS = {
    "post_gelu": {"both.hidden_act": "gelu", "beam_size": 1, "label_smoothing": 0.0},
    "pre": {"both.pre_ln": True, "len_pen": 0.6, "max_generation_delta": 3},
    "pre_without_final": {"both.pre_ln": True, "both.pre_ln_final_layer_norm": False, "beam_size": 5},
    "learned_positions": {"both.learn_positional_encodings": True, "both.num_token_types": 0, "len_pen": 1.0},
    "mask_future": {"encoder.mask_future": True, "max_generation_delta": -1, "both.max_sequence_length": 24},
    "shared_embeddings": {"shared_embeddings": True, "label_smoothing": 0.2, "ids": (3, 0, 1, 2)},
    "two_tokenizers": {"shared_tokenizer": False, "target_vocab": 70, "decoder.num_layers": 3, "encoder.num_layers": 1,
                       "decoder.inner_size": 40, "both.num_attention_heads": 2},
    "short_positions": {"both.max_sequence_length": 8, "max_generation_delta": 20},
    "long_penalty": {"len_pen": 2.5, "beam_size": 6, "max_generation_delta": 12, "both.pre_ln": True, "both.hidden_act": "gelu"},
}


def tokenizer(folder, name, size, ids):
    path = f"{folder}/{name}"
    if not os.path.exists(path + ".model"):
        with open(path + ".txt", "w", encoding="utf-8") as file:
            file.write("\n".join((SOURCES + TARGETS + MORE) * 4) + "\n")
        pad, bos, eos, unk = ids
        sentencepiece.SentencePieceTrainer.Train(
            input=path + ".txt", model_prefix=path, vocab_size=size, model_type="bpe", character_coverage=1.0, pad_id=pad, bos_id=bos,
            eos_id=eos, unk_id=unk, normalization_rule_name="identity", num_threads=1, minloglevel=2)
    return path + ".model"


def config(folder, options):
    options = dict(options)
    ids = options.pop("ids", (0, 1, 2, 3))
    cfg = OmegaConf.create(OmegaConf.to_container(OmegaConf.structured(AAYNBaseConfig()), enum_to_str=True))
    with open_dict(cfg):
        for side in (cfg.encoder, cfg.decoder):
            side.update(hidden_size=32, inner_size=48, num_layers=2, num_attention_heads=4, max_sequence_length=40)
        name = "spm_" + "".join(map(str, ids))
        cfg.encoder_tokenizer.tokenizer_model = tokenizer(folder, name, 60, ids)
        cfg.decoder_tokenizer.tokenizer_model = cfg.encoder_tokenizer.tokenizer_model
        if size := options.pop("target_vocab", None):
            cfg.decoder_tokenizer.tokenizer_model = tokenizer(folder, f"spm_{size}", size, ids)
        cfg.src_language = cfg.tgt_language = "ignore"
        cfg.label_smoothing = 0.1
        cfg.train_ds = cfg.validation_ds = cfg.test_ds = None
        for key, value in options.items():
            for part in (["encoder", "decoder"] if key.startswith("both.") else [None]):
                OmegaConf.update(cfg, key.replace("both", part) if part else key, value, force_add=True)
    return cfg


def padded(rows, pad):
    width = max(map(len, rows))
    return torch.tensor([row + [pad] * (width - len(row)) for row in rows])


def encoded(tokenizer, texts):
    return padded([[tokenizer.bos_id] + tokenizer.text_to_ids(t) + [tokenizer.eos_id] for t in texts], tokenizer.pad_id)


def numbers(tensor):
    return [float(f"{x:.7g}") for x in tensor.detach().flatten().tolist()]


def run(folder, name, options):
    torch.manual_seed(sum(map(ord, name)))
    model = MTEncDecModel(cfg=config(folder, options))
    with torch.no_grad():  # weights that tell things apart, and an end that comes soon enough
        for key, value in model.named_parameters():
            value.mul_(1.0 if "norm" in key else 1.8).add_(torch.randn_like(value) * 0.05)
        model.log_softmax.mlp.layer0.bias[model.decoder_tokenizer.eos_id] += 1.5
    model.eval()
    model.save_to(f"{folder}/{name}.nemo")
    src = encoded(model.encoder_tokenizer, SOURCES)
    tgt = encoded(model.decoder_tokenizer, TARGETS)
    labels, tgt = tgt[:, 1:].contiguous(), tgt[:, :-1].contiguous()
    src_mask, tgt_mask = (src != model.encoder_tokenizer.pad_id).long(), (tgt != model.decoder_tokenizer.pad_id).long()
    out = dict(src=src.tolist(), src_mask=src_mask.tolist(), tgt=tgt.tolist(), tgt_mask=tgt_mask.tolist(), labels=labels.tolist(),
               texts=SOURCES, target_texts=TARGETS)
    with torch.no_grad():
        hidden = model.encoder(input_ids=src, encoder_mask=src_mask)
        log_probs = model.forward(src, src_mask, tgt, tgt_mask)
        everything, scores, best = model.beam_search(encoder_hidden_states=hidden, encoder_input_mask=src_mask, return_beam_scores=True)
        out.update(encoder_hidden=numbers(hidden), log_probs=numbers(log_probs), beam_ids=best.tolist(), beam_all=everything.tolist(),
                   beam_scores=numbers(scores), loss_eval=float(model.eval_loss_fn(log_probs=log_probs, labels=labels)))
    model.eval()
    out["translations"] = model.translate(SOURCES)
    model.eval()
    for parameter in model.parameters():
        parameter.requires_grad = True
    loss = model.loss_fn(log_probs=model.forward(src, src_mask, tgt, tgt_mask), labels=labels)
    loss.backward()
    out.update(loss_train=float(loss), gradients={key: float(value.grad.double().norm()) for key, value in model.named_parameters()
                                                  if value.grad is not None})
    with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(out, file)
    print(name, os.path.getsize(f"{folder}/{name}.nemo"), round(float(loss), 4), out["translations"][:2], flush=True)


def batches(path):
    import random
    from nemo.collections.nlp.data.machine_translation.machine_translation_dataset import TranslationDataset
    cases = []
    for seed, count, longest, tokens in ((1, 60, 12, 64), (2, 300, 40, 512), (3, 300, 40, 2000), (4, 25, 90, 50), (5, 7, 5, 10000), (6, 1, 3, 1)):
        draw = random.Random(seed)
        pairs = [(n := draw.randint(2, longest), max(2, n + draw.randint(-4, 6))) for _ in range(count)]
        data = TranslationDataset("", "", tokens_in_batch=tokens)
        packed = data.pack_data_into_batches([[0] * s for s, _ in pairs], [[0] * t for _, t in pairs])
        cases.append(dict(pairs=pairs, tokens=tokens, batches=packed))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(cases, file, separators=(",", ":"))


if __name__ == "__main__":
    if sys.argv[1] == "--batches":
        sys.exit(batches(sys.argv[2]))
    os.makedirs(sys.argv[1], exist_ok=True)
    for chosen in sys.argv[2:] or VARIANTS:
        run(os.path.abspath(sys.argv[1]), chosen, VARIANTS[chosen])
