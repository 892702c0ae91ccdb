#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes text classification archives with many options, and writes what NeMo computes with each: OUT/<name>.nemo,
OUT/<name>/{input_ids,attention_mask,token_type_ids,hidden_states,logits}.npy, OUT/<name>.json with classes of texts.
usage: make_text_classification.py OUT [NAME…]   (a Python with nemo-toolkit==2.2.1). check_text_classification.py compares."""
import json
import os
import random
import sys
import types
import warnings

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
warnings.simplefilter("ignore")
import numpy as np
import torch

_megatron = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
_megatron.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
sys.modules[_megatron.__name__] = _megatron
from nemo.collections.nlp.models.text_classification.text_classification_model import TextClassificationModel
from omegaconf import OmegaConf
from transformers import BertConfig, BertModel

OUT = os.path.abspath(sys.argv[1])
TEXTS = ["hello world", "The Cat sat on\ta  mat .", "it's a test, isn't it?", "na\u00efve caf\u00e9 \u00dcBER", "\u4f60\u597d world",
         "", "a", "x" * 120, "word " * 45, "[SEP] is a token [MASK]", "e\u0301 composed\u3000and\u00a0spaced", "\U0001f600 smile!!!",
         "one two three four five six seven", "zzz qqq unknown", "control\u0007char \u200b zero", "1,000.50 dollars"]
PLAIN = sorted({w.lower() for t in TEXTS for w in t.split() if w.isascii() and w.isalpha() and len(w) < 20})
LETTERS = [chr(c) for c in range(97, 123)] + list(".,!?'0123456789") + ["\u4f60", "\u597d", "\u00e9", "\u00ef", "T", "C", "B", "E", "R"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def vocabulary(special=SPECIAL):
    return list(dict.fromkeys(special + LETTERS + ["##" + c for c in LETTERS] + PLAIN))


def folder(name, vocab, lower, bert):
    os.makedirs(name, exist_ok=True)
    with open(f"{name}/vocab.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(vocab) + "\n")
    with open(f"{name}/tokenizer_config.json", "w", encoding="utf-8") as file:
        json.dump(dict(tokenizer_class="BertTokenizer", do_lower_case=lower), file)
    torch.manual_seed(1)
    BertModel(BertConfig(**bert)).save_pretrained(name)


def bert(vocab, **more):
    return dict(vocab_size=len(vocab), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                max_position_embeddings=160, type_vocab_size=2, hidden_act="gelu", initializer_range=0.02) | more


def make(name, *, only=sys.argv[2:], vocab=None, published="bert-base-uncased", lower=True, encoder=None, head=None, dataset=None, tokenizer=None,
         labels=None, train=None, after=None, use_config=True):
    if only and name not in only:
        return
    vocab = vocab or vocabulary()
    config = bert(vocab, **(encoder or {}))
    folder(published, vocab, lower, config)
    with open("vocab_of_mine.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(vocab) + "\n")
    cfg = dict(
        tokenizer=dict(tokenizer_name=published, vocab_file="vocab_of_mine.txt", tokenizer_model=None, special_tokens=None)
        | (tokenizer or {}),
        language_model=dict(pretrained_model_name=published, lm_checkpoint=None, config_file=None,
                            config=dict(model_type="bert") | config if use_config else None),
        classifier_head=dict(num_output_layers=2, fc_dropout=0.1) | (head or {}),
        class_labels=dict(class_labels_file=None),
        dataset=dict(num_classes=3, do_lower_case=lower, max_seq_length=64, class_balancing=None, use_cache=False) | (dataset or {}),
        train_ds=train, validation_ds=None, test_ds=None,
        optim=dict(name="adam", lr=2e-5), infer_samples=["hello"])
    if labels:
        with open("labels_of_mine.csv", "w", encoding="utf-8") as file:
            file.write("\n".join(labels) + "\n")
        cfg["class_labels"] = dict(class_labels_file="labels_of_mine.csv")
    torch.manual_seed(2)
    model = TextClassificationModel(cfg=OmegaConf.create(cfg))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():  # far from the initial values, so that classes differ
        for key, value in model.named_parameters():
            value.add_(torch.randn(value.shape, generator=generator) * (0.05 if "LayerNorm" in key else 0.3))
    if after:
        after(model)
    model.eval()
    model.save_to(f"{OUT}/{name}.nemo")
    record(name, model)


def record(name, model):
    os.makedirs(f"{OUT}/{name}", exist_ok=True)
    rng = np.random.RandomState(4)
    rows, width = 3, 21
    vocab = model.bert_model.config.vocab_size
    ids = torch.from_numpy(rng.randint(0, vocab, (rows, width)))
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    mask[2, 1:] = 0
    kinds = torch.from_numpy(rng.randint(0, model.bert_model.config.type_vocab_size, (rows, width)))
    with torch.no_grad():
        hidden = model.bert_model(input_ids=ids, token_type_ids=kinds, attention_mask=mask)
        logits = model.forward(input_ids=ids, token_type_ids=kinds, attention_mask=mask)
    for key, value in dict(input_ids=ids, attention_mask=mask, token_type_ids=kinds, hidden_states=hidden.float(), logits=logits).items():
        np.save(f"{OUT}/{name}/{key}.npy", value.numpy())
    texts = [t for t in TEXTS if t.strip()]
    classes = model.classifytext(texts, batch_size=1, max_seq_length=-1)
    with open(f"{OUT}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(dict(texts=texts, classes=classes), file)
    print(name, classes, flush=True)


def rows(path, count=50):
    random.seed(5)
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(count):
            file.write(" ".join(random.choices(PLAIN, k=5)) + f"\t{random.choice([0, 0, 0, 1, 1, 2])}\n")
    return dict(file_path=path, batch_size=8, shuffle=False, num_samples=-1, num_workers=0)


def add_position_ids(model):
    """As transformers before 4.31 saved it."""
    model.bert_model.embeddings.register_buffer("position_ids", model.bert_model.embeddings.position_ids, persistent=True)


def main():
    os.makedirs(OUT, exist_ok=True)
    work = f"{OUT}/work"
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    swapped = ["[UNK]", "[PAD]", "[SEP]", "[MASK]", "[CLS]"]
    make("one_layer_head", head=dict(num_output_layers=1), dataset=dict(num_classes=2), labels=["no", "yes"])
    make("three_layer_head", head=dict(num_output_layers=3, fc_dropout=0.4), dataset=dict(num_classes=5), encoder=dict(hidden_act="relu"))
    make("gelu_new_eps", encoder=dict(hidden_act="gelu_new", layer_norm_eps=1e-5, num_hidden_layers=1))
    make("silu_one_head", encoder=dict(hidden_act="silu", num_attention_heads=1, type_vocab_size=3, num_hidden_layers=3))
    make("cased", published="bert-base-cased", lower=False)
    make("relative_key", encoder=dict(position_embedding_type="relative_key"))
    make("relative_key_query", encoder=dict(position_embedding_type="relative_key_query"))
    make("weighted", dataset=dict(class_balancing="weighted_loss"), train=rows(f"{work}/rows.tsv"))
    make("pad_is_one", vocab=vocabulary(swapped), encoder=dict(pad_token_id=1))
    make("vocabulary_of_the_folder", tokenizer=dict(vocab_file=None), labels=["a b", "c", "d"])
    make("weights_of_the_folder", use_config=False)
    make("position_ids", after=add_position_ids)
    make("special_tokens", vocab=vocabulary(SPECIAL + ["<cls>", "<sep>"]),
         tokenizer=dict(special_tokens=dict(cls_token="<cls>", sep_token="<sep>")))
    make("bfloat16", after=lambda model: model.bfloat16())


if __name__ == "__main__":
    main()
