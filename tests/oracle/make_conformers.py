#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small CTC models over the options of NeMo's encoders, each with what NeMo computes: OUT/<name>.nemo, OUT/<name>/*.npy and
OUT/<name>.json (the sound is that of all). tst_encoder_archives reads such a folder (FATHOM_ARCHIVES=OUT); some lie in
tests/data/nemo_ctc.
usage: make_conformers.py OUT [NAME…]   (a Python with nemo-toolkit[asr]==3.0.0, in an empty working folder)"""
import json
import logging
import os
import shutil
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
import numpy as np
import torch
from nemo.collections.asr.models import EncDecCTCModel, EncDecCTCModelBPE
from omegaconf import OmegaConf

logging.disable(logging.CRITICAL)
torch.set_num_threads(1)
LETTERS = [" "] + [chr(c) for c in range(97, 123)] + ["'"]
MODULES = "nemo.collections.asr.modules."
RATE = 16000


def jasper(filters, kernel, **more):
    return dict(filters=filters, repeat=1, kernel=[kernel], stride=[1], dilation=[1], dropout=0.0, residual=True, separable=True,
                se=True, se_context_size=-1) | more


LOCAL = dict(self_attention_model="rel_pos_local_attn", att_context_size=[5, 5])
VARIANTS = {
    "plain": {},
    "dw_striding_8": dict(subsampling="dw_striding", subsampling_factor=8, conv_kernel_size=5),
    "dw_striding_2": dict(subsampling="dw_striding", subsampling_factor=2),
    "striding_2": dict(subsampling_factor=2),
    "causal": dict(causal_downsampling=True, conv_context_size="causal", att_context_size=[6, 2], att_context_style="chunked_limited"),
    "causal_dw": dict(subsampling="dw_striding", causal_downsampling=True, conv_context_size=[5, 3]),
    "stacking": dict(subsampling="stacking"),
    "stacking_norm": dict(subsampling="stacking_norm", subsampling_factor=3),
    "no_subsampling": dict(subsampling=None, subsampling_factor=1),
    "abs_pos": dict(self_attention_model="abs_pos", xscaling=False),
    "local": LOCAL,
    "local_uneven": LOCAL | dict(att_context_size=[7, 3]),
    "local_right": LOCAL | dict(att_context_size=[2, 6]),
    "local_global": LOCAL | dict(global_tokens=1),
    "local_globals": LOCAL | dict(global_tokens=3, global_tokens_spacing=2, global_attn_separate=True),
    "window": dict(att_context_size=[4, 1]),
    "window_left": dict(att_context_size=[4, -1]),
    "chunked": dict(att_context_size=[[8, 3], [-1, 3]], att_context_style="chunked_limited"),
    "layer_norm": dict(conv_norm_type="layer_norm"),
    "group_norm": dict(conv_norm_type="group_norm4"),
    "instance_norm": dict(conv_norm_type="instance_norm"),
    "fused_batch_norm": dict(conv_norm_type="fused_batch_norm"),
    "tied_biases": dict(untie_biases=False),
    "no_bias": dict(use_bias=False),
    "feat_out": dict(feat_out=24),
    "pooling": dict(reduction="pooling", reduction_position=0, reduction_factor=2),
    "reduction_end": dict(reduction="striding", reduction_position=-1, reduction_factor=2),
    "stochastic_depth": dict(stochastic_depth_drop_prob=0.3, n_layers=3),
    "sdpa": dict(use_pytorch_sdpa=True),
    "interctc": dict(n_layers=3),
    "bpe_fast": dict(subsampling="dw_striding", subsampling_factor=8, conv_kernel_size=9),
    "wpe": {},
    "citrinet_bpe": dict(),
}


def tone(number, seconds):
    random = np.random.RandomState(number)
    t = np.arange(int(RATE * seconds)) / RATE
    x = sum(0.15 * np.sin(2 * np.pi * f * t + 3 * np.sin(7 * t)) for f in random.uniform(150, 3500, 3)) + 0.02 * random.randn(len(t))
    return x.astype(np.float32)


def tokenizer(name):
    """The folder of a small tokenizer that this writes."""
    text = "the quick brown fox jumps over the lazy dog\nhello world\nshe sells sea shells by the sea shore\nyes no one two\n" * 20
    if name == "wpe":
        os.makedirs("tok_wpe", exist_ok=True)
        with open("tok_wpe/vocab.txt", "w", encoding="utf-8") as file:
            pieces = LETTERS[1:] + ["##" + c for c in LETTERS[1:]] + ["hello", "world", "the", "##ing"]
            file.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + pieces) + "\n")
        # NeMo asks for bert-base-cased, and takes a folder of that name here
        os.makedirs("bert-base-cased", exist_ok=True)
        shutil.copy("tok_wpe/vocab.txt", "bert-base-cased/vocab.txt")
        for name, content in (("config", dict(model_type="bert", vocab_size=61, hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
                                              intermediate_size=8)),
                              ("tokenizer_config", dict(tokenizer_class="BertTokenizer", do_lower_case=False))):
            with open(f"bert-base-cased/{name}.json", "w", encoding="utf-8") as file:
                json.dump(content, file)
        return dict(dir="tok_wpe", type="wpe")
    import sentencepiece
    os.makedirs("tok_spe", exist_ok=True)
    with open("tok_spe/text.txt", "w", encoding="utf-8") as file:
        file.write(text)
    sentencepiece.SentencePieceTrainer.Train(input="tok_spe/text.txt", model_prefix="tok_spe/tokenizer", vocab_size=36,
                                             model_type="unigram", character_coverage=1.0, bos_id=-1, eos_id=-1, minloglevel=2)
    pieces = [line.split("\t")[0] for line in open("tok_spe/tokenizer.vocab", encoding="utf-8")]
    with open("tok_spe/vocab.txt", "w", encoding="utf-8") as file:
        for piece in pieces[1:]:
            file.write((piece[1:] if piece.startswith("\u2581") else "##" + piece) + "\n")
    return dict(dir="tok_spe", type="bpe")


def config(name, options):
    encoder = dict(_target_=MODULES + "ConformerEncoder", feat_in=32, n_layers=2, d_model=16, n_heads=2, subsampling_conv_channels=8,
                   conv_kernel_size=9, dropout=0.1, dropout_pre_encoder=0.1, dropout_emb=0.1, dropout_att=0.1) | options
    if name == "citrinet_bpe":
        encoder = dict(_target_=MODULES + "ConvASREncoder", feat_in=32, activation="relu", conv_mask=True, jasper=[
            jasper(16, 5, residual=False), jasper(16, 11, stride=[2], repeat=2, residual_mode="stride_add", stride_last=True),
            jasper(16, 13, stride=[2], repeat=2, residual_mode="stride_add", stride_last=True), jasper(24, 9, residual=False)])
    out = options.get("feat_out") or (24 if name == "citrinet_bpe" else 16)
    cfg = dict(
        sample_rate=RATE, ctc_reduction="mean_volume" if name == "chunked" else "mean_batch", train_ds=None, validation_ds=None,
        preprocessor=dict(_target_=MODULES + "AudioToMelSpectrogramPreprocessor", sample_rate=RATE, normalize="per_feature",
                          window_size=0.025, window_stride=0.01, window="hann", features=32, n_fft=512, dither=0.0, pad_to=0),
        spec_augment=None, encoder=encoder,
        decoder=dict(_target_=MODULES + "ConvASRDecoder", feat_in=out, num_classes=28, vocabulary=LETTERS))
    if name in ("bpe_fast", "wpe", "citrinet_bpe"):
        cfg["tokenizer"] = tokenizer(name)
        cfg["decoder"] |= dict(num_classes=-1, vocabulary=[])
    else:
        cfg["labels"] = LETTERS
    if name == "interctc":
        cfg["interctc"] = dict(loss_weights=[0.3, 0.2], apply_at_layers=[0, 1])
    return OmegaConf.create(cfg)


def shaken(model):
    """Values that a fresh model has as zeros or ones."""
    generator = torch.Generator().manual_seed(5)
    for key, value in model.state_dict().items():
        if key.startswith("preprocessor") or not value.is_floating_point():
            continue
        noise = torch.rand(value.shape, generator=generator)
        if key.endswith("running_var") or "norm" in key and key.endswith("weight"):
            value.copy_(noise + 0.5)
        elif key.endswith(("bias", "running_mean", "bias_u", "bias_v")):
            value.copy_((noise - 0.5) * 0.4)


def main(out, names):
    for name in names or VARIANTS:
        folder = f"{out}/{name}"
        os.makedirs(folder, exist_ok=True)
        torch.manual_seed(11)
        cfg = config(name, dict(VARIANTS[name]))
        model = (EncDecCTCModelBPE if "tokenizer" in cfg else EncDecCTCModel)(cfg=cfg)
        shaken(model)
        model.save_to(f"{out}/{name}.nemo")
        model.eval()
        clips = [tone(1, 0.9), tone(2, 1.3), tone(3, 0.65)]
        signal = np.zeros((3, max(map(len, clips))), np.float32)
        for row, clip in zip(signal, clips):
            row[:len(clip)] = clip
        length = torch.tensor([len(c) for c in clips])
        texts = ["hello", "the fox", "no"]
        tokens = [model.tokenizer.text_to_ids(t) if hasattr(model, "tokenizer") else [LETTERS.index(c) for c in t] for t in texts]
        lengths = torch.tensor([len(t) for t in tokens])
        padded = torch.zeros(3, int(lengths.max()), dtype=torch.int64)
        for row, ids in zip(padded, tokens):
            row[:len(ids)] = torch.tensor(ids)
        batch = (torch.from_numpy(signal), length, padded, lengths)
        np.save(f"{out}/audio_signal.npy", signal)
        np.save(f"{out}/length.npy", length.numpy())
        arrays = dict(tokens=padded, tokens_len=lengths)
        facts = dict(texts=texts)
        with torch.no_grad():
            features, frames = model.preprocessor(input_signal=batch[0], length=length)
            arrays["encoded"], arrays["encoded_len"] = model.encoder(audio_signal=features, length=frames)
            arrays["log_probs"], encoded_len, arrays["greedy_predictions"] = model(processed_signal=features, processed_signal_length=frames)
            facts["loss"] = float(model.loss(log_probs=arrays["log_probs"], targets=padded, input_lengths=encoded_len, target_lengths=lengths))
            decoded = model.decoding.ctc_decoder_predictions_tensor(arrays["log_probs"], decoder_lengths=encoded_len, return_hypotheses=False)
            facts["predictions"] = [getattr(h, "text", h) for h in decoded]
        model.train()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        model.encoder.layer_drop_probs = [0.0] * 99
        if name == "chunked":
            model.encoder.att_context_size_all = model.encoder.att_context_size_all[:1]
        model.log = model.log_dict = lambda *a, **k: None
        model._trainer = type("Trainer", (), dict(global_step=0, log_every_n_steps=10**9))()
        model._optimizer = type("Optimizer", (), dict(param_groups=[dict(lr=0.0)]))()
        loss = model.training_step(batch, 0)["loss"]
        loss.backward()
        facts["training_loss"] = float(loss)
        facts["gradient_norms"] = {k: float(p.grad.double().norm()) for k, p in model.named_parameters() if p.grad is not None}
        for key, value in arrays.items():
            np.save(f"{folder}/{key}.npy", value.detach().numpy())
        with open(f"{out}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(facts, file, indent=1)
        print(name, facts["loss"], facts["training_loss"], facts["predictions"], flush=True)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2:])
