# SPDX-License-Identifier: GPL-3.0-or-later
"""What sacremoses makes of texts, as NeMo's MosesProcessor calls it: what tst_moses compares with.

usage: moses_reference.py OUT.jsonl [TEXTS_PER_LANGUAGE]      FATHOM_CORPUS: a folder with train.en and train.fr to draw from
"""
import json
import os
import random
import sys

from sacremoses import MosesDetokenizer, MosesPunctNormalizer, MosesTokenizer

LANGUAGES = ["en", "fr", "de", "es", "it", "pt", "nl", "ru", "tr"]
PARTS = ("Hello world . , .. ... .... ! ? ?! ; : ' '' ` `` \" \"\" “ ” „ ‘ ’ ‚ ´ ´´ « » – — - -- … ( ) [ ] { } ( a ) (a), (b): % 5 % 5% 50\u00a0% "
         "1,234.56 1.234,56 10\u00a0000 1 000 12:30 p.m. U.S. e.g. Mr. Dr. No. No Art. pp. St. Prof. z.B. usw. M. Mme. etc. it's IT'S don't l'eau qu'il "
         "d'accord aujourd'hui 'tis rock'n'roll the Jones' house' 's 5's $5 € £10 ¥ ¿Qué? ¡Ay! a,b a,,b ,a a, 1,2 1,a x/y a-b @-@ @user a@b.com "
         "http://x.org/a_b?c=d &amp; &lt;tag&gt; &quot; &#91; &bar; <b> </b> | nº\u00a05 5\u00a0cm 5\u00a0ºC \u00a0: \u00a0; \u00a0! \u00a0? ,\u00a0 "
         "«\u00a0mot\u00a0» 中文 字。 日本語、 한국 हिन्दी Ångström naïve ½ ² \" , \" . \". \", .\" ,\" ...\" . \"< end. end.' end' 'end. DOTMULTI DOT ① ☀ 👍 \t "
         "\u2003 \r \x07 \u200b \u3000").split(" ")


def texts(rng, count, language):
    out = ["", " ", ".", "'", "\"", "a.", "a.'", "Mr.", "5,", "a ,", "..", "...a", "a...", "' a '", "\" a \" b \"", "(a) .", "( a )", "a ) ,", "No. 5", "No. a", "pp. 5-6"]
    corpus = os.environ.get("FATHOM_CORPUS")
    name = os.path.join(corpus, "train." + language) if corpus else ""
    lines = open(name, encoding="utf-8").read().split("\n") if name and os.path.exists(name) else []
    while len(out) < count:
        if lines and rng.random() < 0.7:
            out.append(rng.choice(lines))
        else:
            out.append("".join(rng.choice(PARTS) + rng.choice([" ", " ", "", "  "]) for _ in range(rng.randrange(1, 10))))
    return out[:count]


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 120
    rng = random.Random(11)
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        for language in LANGUAGES:
            normalizer, tokenizer, detokenizer = MosesPunctNormalizer(lang=language), MosesTokenizer(lang=language), MosesDetokenizer(lang=language)
            for text in texts(rng, count, language):
                normalized = normalizer.normalize(text)
                tokenized = tokenizer.tokenize(text, escape=False, return_str=True)
                prepared = tokenizer.tokenize(normalized, escape=False, return_str=True)
                row = dict(language=language, text=text, normalized=normalized, tokenized=tokenized, prepared=prepared,
                           detokenized=detokenizer.detokenize(prepared.split(" ")), joined=detokenizer.detokenize(text.split(" ")))
                f.write(json.dumps(row) + "\n")


main()
