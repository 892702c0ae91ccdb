# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the tables of engine/text/rust_unicode.h: code points that Hugging Face's Rust BERT normalizer classes otherwise than
this Python's Unicode (3.11: 14.0) does. Needs the package tokenizers."""
import unicodedata
from tokenizers import normalizers,pre_tokenizers
n=normalizers.BertNormalizer(clean_text=True,handle_chinese_chars=False,strip_accents=False,lowercase=False)
ns=normalizers.BertNormalizer(clean_text=False,handle_chinese_chars=False,strip_accents=True,lowercase=False)
p=pre_tokenizers.BertPreTokenizer()
cat=unicodedata.category
T={'kControls':[], 'kMarks':[], 'kPunctuation':[]}
for cp in range(0x110000):
    if 0xD800<=cp<0xE000: continue
    c=chr(cp)
    if (n.normalize_str('a'+c+'b')=='ab') != (cp in(0,0xFFFD) or (cat(c) in('Cc','Cf','Co') and c not in '\t\n\r')): T['kControls'].append(cp)
    pe=cat(c)[0]=='P' or 33<=cp<=47 or 58<=cp<=64 or 91<=cp<=96 or 123<=cp<=126
    if (len([x for x,_ in p.pre_tokenize_str('a'+c+'b')])==3)!=pe: T['kPunctuation'].append(cp)
    if (ns.normalize_str(c)=='') != (cat(c)=='Mn'): T['kMarks'].append(cp)
def rng(l):
    r=[]
    for c in l:
        if r and r[-1][1]==c-1: r[-1][1]=c
        else: r.append([c,c])
    return r
for k,v in T.items():
    print("constexpr Range %s[] = {%s};"%(k,', '.join('{0x%X, 0x%X}'%(a,b) for a,b in rng(v))))
