#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs tests/data/nemo/nested_artifacts.nemo by gzip (two members), bzip2, xz and zstd into
tests/data/nemo_more/nested_artifacts.{gz,bz2,xz,zst}.nemo.

usage: make_compressed.py   (zstd: the program of that name must be installed)
"""
import bz2
import gzip
import lzma
import pathlib
import subprocess

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
content = (DATA / "nemo" / "nested_artifacts.nemo").read_bytes()
half = len(content) // 2


def put(kind, packed):
    (DATA / "nemo_more" / f"nested_artifacts.{kind}.nemo").write_bytes(packed)


put("gz", b"".join(gzip.compress(part, mtime=0) for part in (content[:half], content[half:])))
put("bz2", bz2.compress(content))
put("xz", lzma.compress(content))
put("zst", subprocess.run(["zstd", "--check", "-19"], input=content, stdout=subprocess.PIPE, check=True).stdout)
