#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the same BERT classifier on the bundled reviews with NeMo and with fathom-cli, and lets both classify them: same weights,
batches (64 texts) and threads, one after the other.
usage: peer_text.py FATHOM_CLI [ROUNDS [STEPS]]   (a Python with nemo-toolkit==2.2.1), from the root of the repository
Prints steps a second (median of the rounds, the first ten steps left out), texts a second, their ratios, and the largest difference of
the first 20 losses without dropout."""
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import types
import warnings

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
warnings.simplefilter("ignore")
DATA = os.path.abspath("resources/examples/sentiment_movies")
WARM = 10
THREADS = 2


def config(dropout):
    data = dict(file_path=f"{DATA}/train.tsv", batch_size=64, shuffle=False, num_samples=-1, num_workers=0)
    bert = dict(model_type="bert", vocab_size=8000, hidden_size=128, num_hidden_layers=2, num_attention_heads=4, intermediate_size=512,
                max_position_embeddings=128, type_vocab_size=2, hidden_act="gelu", hidden_dropout_prob=dropout,
                attention_probs_dropout_prob=dropout, initializer_range=0.02, layer_norm_eps=1e-12)
    return dict(
        tokenizer=dict(tokenizer_name="bert-base-uncased", vocab_file=f"{DATA}/vocab.txt", tokenizer_model=None, special_tokens=None),
        language_model=dict(pretrained_model_name="bert-base-uncased", lm_checkpoint=None, config_file=None, config=bert),
        classifier_head=dict(num_output_layers=2, fc_dropout=dropout), class_labels=dict(class_labels_file=None),
        dataset=dict(num_classes=2, do_lower_case=True, max_seq_length=64, class_balancing=None, use_cache=False),
        train_ds=data, validation_ds=None, test_ds=None,
        optim=dict(name="adam", lr=1e-4, betas=[0.9, 0.999], weight_decay=0.0), infer_samples=[])


def nemo(folder, steps, dropout):
    """In a process of its own."""
    import logging
    logging.disable(logging.CRITICAL)
    import lightning.pytorch as pl
    import torch
    torch.set_num_threads(THREADS)
    megatron = types.ModuleType("nemo.collections.nlp.models.language_modeling.megatron_bert_model")
    megatron.MegatronBertModel = type("MegatronBertModel", (), {"list_available_models": classmethod(lambda cls: [])})
    sys.modules[megatron.__name__] = megatron
    from nemo.collections.nlp.models.text_classification.text_classification_model import TextClassificationModel
    from omegaconf import OmegaConf
    from transformers import BertConfig, BertModel
    os.chdir(folder)
    if not os.path.exists("bert-base-uncased"):  # NeMo asks for the named model even when a config is given
        os.makedirs("bert-base-uncased")
        BertModel(BertConfig(vocab_size=8000, hidden_size=32, num_hidden_layers=1, num_attention_heads=1)).save_pretrained("bert-base-uncased")
        os.symlink(f"{DATA}/vocab.txt", "bert-base-uncased/vocab.txt")
        with open("bert-base-uncased/tokenizer_config.json", "w", encoding="utf-8") as file:
            json.dump(dict(tokenizer_class="BertTokenizer", do_lower_case=True), file)

    class Clock(pl.Callback):
        def __init__(self):
            self.times, self.losses = [], []

        def on_train_batch_end(self, trainer, module, outputs, batch, index):
            self.losses.append(float(outputs["loss"]))
            self.times.append(time.perf_counter())

    clock = Clock()
    trainer = pl.Trainer(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, logger=False, enable_checkpointing=False,
                         enable_progress_bar=False, enable_model_summary=False, callbacks=[clock], num_sanity_val_steps=0,
                         limit_val_batches=0)
    torch.manual_seed(0)
    model = TextClassificationModel(cfg=OmegaConf.create(config(dropout)), trainer=trainer)
    if not os.path.exists("start.nemo"):
        model.save_to("start.nemo")
    trainer.fit(model)
    texts = [line.rsplit("\t", 1)[0] for line in open(f"{DATA}/train.tsv", encoding="utf-8")][:2000]
    model.classifytext(texts[:64], batch_size=32)
    begin = time.perf_counter()
    model.classifytext(texts, batch_size=32)
    print(json.dumps(dict(rate=(steps - 1 - WARM) / (clock.times[-1] - clock.times[WARM]), losses=clock.losses,
                          texts=len(texts) / (time.perf_counter() - begin))))


def peer(folder, steps, dropout):
    out = subprocess.run([sys.executable, __file__, "--nemo", folder, str(steps), str(dropout)], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def fathom(cli, folder, label, steps, dropout):
    whole = dict(
        name="bench", init_from_nemo_model=f"{folder}/start.nemo", model=config(dropout),
        trainer=dict(accelerator="cpu", devices=1, max_steps=steps, max_epochs=-1, num_sanity_val_steps=0, limit_val_batches=0,
                     log_every_n_steps=1),
        exp_manager=dict(exp_dir=f"{folder}/exp", name="bench", create_checkpoint_callback=False, create_tensorboard_logger=False))
    with open(f"{folder}/bench.yaml", "w", encoding="utf-8") as file:
        json.dump(whole, file)  # which is YAML
    environment = os.environ | {"OMP_NUM_THREADS": str(THREADS)}
    workspace = f"{folder}/w{label}"
    subprocess.run([cli, "train", "--config-path", folder, "--config-name", "bench", "--workspace", workspace],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment)
    with sqlite3.connect(f"{workspace}/runs.sqlite") as store:
        rows = store.execute("SELECT m.wall_time, m.value FROM metrics m JOIN series s ON s.id = m.series "
                             "WHERE s.name = 'train_loss' ORDER BY m.step").fetchall()
    lines = open(f"{DATA}/train.tsv", encoding="utf-8").readlines()[:2000]
    seconds = []
    for times in (1, 5):  # their difference is without the start of the process
        with open(f"{folder}/texts.tsv", "w", encoding="utf-8") as file:
            file.writelines(lines * times)
        begin = time.perf_counter()
        subprocess.run([cli, "classify", f"{folder}/start.nemo", f"{folder}/texts.tsv"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True, env=environment)
        seconds.append(time.perf_counter() - begin)
    return dict(rate=(steps - 1 - WARM) / (rows[-1][0] - rows[WARM][0]), losses=[value for _, value in rows],
                texts=4 * len(lines) / (seconds[1] - seconds[0]))


def main():
    cli = os.path.realpath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory() as folder:
        plain = [peer(folder, 20, 0.0), fathom(cli, folder, "plain", 20, 0.0)]
        worst = max(abs(a - b) / abs(b) for a, b in zip(plain[1]["losses"], plain[0]["losses"]))
        print(f"largest relative difference of the first 20 losses, without dropout: {worst:.1e}", flush=True)
        ours, theirs = [], []
        for number in range(rounds):
            theirs.append(peer(folder, steps, 0.1))
            ours.append(fathom(cli, folder, number, steps, 0.1))
            print(f"round {number + 1}: " + ", ".join(
                f"{what} NeMo {theirs[-1][key]:.1f}, Fathom {ours[-1][key]:.1f}" for key, what in (("rate", "steps/s"), ("texts", "texts/s"))),
                flush=True)
        for key, what in (("rate", "training steps/s"), ("texts", "texts/s classified")):
            a, b = (statistics.median(r[key] for r in side) for side in (theirs, ours))
            print(f"{what}: NeMo {a:.2f}, Fathom {b:.2f}: {b / a:.2f} times")


if __name__ == "__main__":
    if sys.argv[1] == "--nemo":
        nemo(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    else:
        main()
