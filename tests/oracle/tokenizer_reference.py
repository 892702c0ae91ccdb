# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, pieces and decoded texts of Python's tokenizers over hard Unicode strings: what tst_tokenizer_golden compares with.

usage: tokenizer_reference.py KIND OUT_FOLDER [STRINGS]
  KIND  sentencepiece   NeMo's SentencePieceTokenizer (any NeMo)
        slow            Hugging Face's Python BertTokenizer (transformers 4, NeMo up to 2.x)
        fast            its Rust one (transformers 5, NeMo 3)
Writes <case>.jsonl (first line: how the tokenizer is made) and the models beside. FATHOM_TOKENIZER_GOLDENS=OUT_FOLDER
makes the test read them instead of tests/data/text, which was made with 100 strings and without FATHOM_CORPUS (a folder with
train.en and train.fr to draw sentences and vocabularies from). Deterministic.
"""
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = ("hello world the cat sat on a mat it's don't can't we're they've naïve café Straße ÜBER ΣΊΣΥΦΟΣ İstanbul ǅungla "
         "ﬁnance ＦＵＬＬ ｗｉｄｔｈ 日本語 漢字かな 한국어 각 русский Ёлка עברית العربية हिन्दी ไทย e\u0301 A\u030a "
         "1,234.56 $5 50% a+b=c <tag> [CLS] [MASK] [sep] [UNK]s x[SEP]y u.s.a. --- ... … “quoted” ‘single’ «guillemets» "
         "👍 👩‍👩‍👧 🇫🇷 ½ ² ① K Å ℌ ﷺ ☯ ▁ ▁▁ <s> </s> <pad> <unk> <0x41> ##ing ## O'Neil ' '' ʼ -- - – —").split()
SEPARATORS = [" "] * 12 + ["  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\u200b", "\x0b", "\x85", "\x1c", ""]
BLOCKS = [(0x20, 0x7E), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x6FF), (0x900, 0xDFF),
          (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x21FF), (0x2E80, 0x2FFF), (0x3000, 0x30FF),
          (0x4E00, 0x4E80), (0xAC00, 0xAC80), (0xE000, 0xE010), (0xF900, 0xFAFF), (0xFB00, 0xFFFF), (0x1D400, 0x1D800),
          (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F6FF), (0x20000, 0x20020), (0x2B800, 0x2B940), (0xE0000, 0xE007F), (0, 0x1F), (0x7F, 0x9F)]


def strings(count, lines):
    """`count` texts: lines of a corpus, edge cases, mixtures of words, and random characters."""
    r = random.Random(7)
    out = ["", " ", "  ", "a", " a", "a ", " a  b ", "\t", "\n", "x" * 100, "x" * 101, "é" * 99 + "zz", "a" * 300 + " b",
           "ΑΣ ΑΣ. Σ ΣΑ", "İ", "ẞ", "ﬃ", "\ufeffbom", "nul\x00inside", "\ufffd", "a\u0301\u0323\u0302", "\u0301", "##a", "[CLS][SEP]",
           "[CLS] hello [SEP]", "[cls]", "it's isn't i'm do not you've we're 's", "a . b , c ! d ? e ' f", "中文字符 mixed 中a文", "\U0010ffff"]
    while len(out) < count:
        kind = r.randrange(4)
        if kind == 0:
            out.append(r.choice(lines))
        elif kind == 1:
            out.append("".join(r.choice(WORDS) + r.choice(SEPARATORS) for _ in range(r.randrange(1, 12))))
        else:
            block = [r.choice(BLOCKS) for _ in range(r.randrange(1, 4))]
            chars = [chr(r.randint(*r.choice(block))) if r.random() < 0.8 else r.choice("abc XYZ.") for _ in range(r.randrange(1, 20))]
            out.append("".join(c for c in chars if not 0xD800 <= ord(c) < 0xE000))
    return out[:count]


def write(folder, name, head, rows):
    with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as f:
        for row in [head, *rows]:
            f.write(json.dumps(row, ensure_ascii=True) + "\n")


def corpus():
    folder = os.environ.get("FATHOM_CORPUS", "")
    if not folder:
        return [" ".join(WORDS[i:i + 6]) for i in range(len(WORDS) - 6)]
    lines = []
    for name in ("train.en", "train.fr"):
        lines += open(os.path.join(folder, name), encoding="utf-8").read().split("\n")[:4000]
    return lines


def sentencepiece_cases(folder, count):
    import sentencepiece
    from nemo.collections.common.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
    lines = corpus()
    text = os.path.join(folder, "corpus.txt")
    with open(text, "w", encoding="utf-8") as f:
        f.write("\n".join(l.replace("\x00", "") for l in lines))
    vocab = 800 if os.environ.get("FATHOM_CORPUS") else 260
    models = {
        "unigram": dict(model_type="unigram", vocab_size=vocab, character_coverage=0.99, hard_vocab_limit=False),
        "bpe_bytes": dict(model_type="bpe", vocab_size=vocab + 256, byte_fallback=True, normalization_rule_name="identity", pad_id=3, character_coverage=0.98,
                          remove_extra_whitespaces=False, user_defined_symbols="<fr>,<en>", control_symbols="<ctl>"),
        "bpe": dict(model_type="bpe", vocab_size=vocab, normalization_rule_name="nmt_nfkc_cf" if os.environ.get("FATHOM_CORPUS") else "identity", pad_id=0, bos_id=1, eos_id=2, unk_id=3, character_coverage=0.98),
    }
    plain = strings(count, lines)
    for name, options in models.items():
        prefix = os.path.join(folder, name)
        sentencepiece.SentencePieceTrainer.train(input=text, model_prefix=prefix, minloglevel=2, **options)
        os.remove(prefix + ".vocab")
        for legacy in ([False, True] if name != "bpe_bytes" else [False]):
            special = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"} if legacy else None
            t = SentencePieceTokenizer(prefix + ".model", special_tokens=special, legacy=legacy)
            ids = dict(pad=t.pad_id, bos=t.bos_id, eos=t.eos_id, unk=t.unk_id)
            if legacy:
                ids.update(cls=t.cls_id, sep=t.sep_id, mask=t.mask_id)
            rows = []
            for s in plain if not legacy else plain[: count // 2]:
                i = t.text_to_ids(s)
                rows.append(dict(text=s, ids=i, pieces=t.ids_to_tokens(i), decoded=t.ids_to_text(i)))
            write(folder, name + ("_legacy" if legacy else ""),
                  dict(kind="sentencepiece", model=name + ".model", legacy=legacy, special_tokens=list((special or {}).items()),
                       size=t.vocab_size, special=ids), rows)
    os.remove(text)


def wordpiece_vocab(lines):
    """Words, characters and suffixes of the corpus and of WORDS, in NFD, lower and original case."""
    import unicodedata
    seen = {}
    for token in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]:
        seen[token] = 1
    chars = sorted({c for l in lines + WORDS for c in l + unicodedata.normalize("NFD", l.lower()) if not c.isspace()})
    for c in chars:
        seen.setdefault(c, 1), seen.setdefault("##" + c, 1)
    words = [w for l in lines[:300] for w in l.split()] + WORDS
    for w in words:
        for v in (w, unicodedata.normalize("NFD", w.lower())):
            for n in (2, 3, 5):
                seen.setdefault(v[:n], 1)
                if v[n:]:
                    seen.setdefault("##" + v[n:n + 3], 1)
    return list(seen)[:6000]


def wordpiece_cases(folder, count, fast):
    import transformers
    lines = corpus()
    vocab = os.path.join(folder, "vocab.txt")
    with open(vocab, "w", encoding="utf-8", newline="\n") as f:
        f.write("\n".join(t for t in wordpiece_vocab(lines) if "\n" not in t and "\r" not in t) + "\n")
    for name, options in {"uncased": dict(do_lower_case=True), "cased": dict(do_lower_case=False),
                          "accents": dict(do_lower_case=True, strip_accents=False, tokenize_chinese_chars=False),
                          "stripped": dict(do_lower_case=False, strip_accents=True)}.items():
        t = transformers.BertTokenizer(vocab, **options) if not fast else transformers.BertTokenizer.from_pretrained(vocab, **options)
        rows = []
        for s in strings(count, lines):
            tokens = t.tokenize(s)
            ids = t.convert_tokens_to_ids(tokens)
            kept = [x for x in t.convert_ids_to_tokens(ids) if x not in t.all_special_tokens]
            row = dict(text=s, ids=ids, pieces=t.convert_ids_to_tokens(ids), decoded=t.decode(ids, skip_special_tokens=True) if fast else t.convert_tokens_to_string(kept), joined=t.convert_tokens_to_string(tokens))
            if fast:
                row["offsets"] = t(s, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
            rows.append(row)
        write(folder, ("fast_" if fast else "slow_") + name,
              dict(kind="wordpiece", vocab="vocab.txt", backend="fast" if fast else "slow", options=options, size=len(t),
                   special=dict(pad=t.pad_token_id, unk=t.unk_token_id, cls=t.cls_token_id, sep=t.sep_token_id, mask=t.mask_token_id)), rows)


def main():
    kind, folder = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 120
    os.makedirs(folder, exist_ok=True)
    if kind == "sentencepiece":
        sentencepiece_cases(folder, count)
    else:
        wordpiece_cases(folder, count, kind == "fast")


main()
