#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/hostile: archives and checkpoints made to do harm, each small, and README.md which says what
each is. Nothing here calls what the pickles name; where safetensors is installed, its reader must refuse the
.safetensors files.

usage: make_hostile.py
"""
import gzip
import io
import json
import pathlib
import shutil
import struct
import tarfile
import zipfile
import bz2

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "hostile"
MARKER = "/tmp/fathom-hostile-was-here"  # what a successful attack would leave
CONFIG = "target: nemo.collections.asr.models.ctc_models.EncDecCTCModel\n"
files = {}


def put(name, content, what):
    assert name not in files and len(content) < 400_000, (name, len(content))
    files[name] = (content, what)


# --- pickles and torch zips ---------------------------------------------------------------------------------------

def text(value):
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value):
    return b"\x8a\x08" + struct.pack("<q", value)


def numbers(values):
    return b"(" + b"".join(number(value) for value in values) + b"t"


def tensor(count=4, offset=0, shape=(4,), stride=(1,), key="0", kind="FloatStorage"):
    storage = b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + number(count) + b"tQ"
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + numbers(shape) + numbers(stride)
            + b"\x89}tR")


def pickled(value, key="x"):
    return b"\x80\x02}" + text(key) + value + b"s."


def torch_zip(pickle, storages=(("0", b"\0\0\x80?" * 4),), method=zipfile.ZIP_STORED, byteorder=b"little"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr(zipfile.ZipInfo("archive/data.pkl"), pickle, method)
        file.writestr(zipfile.ZipInfo("archive/byteorder"), byteorder)
        for key, content in storages:
            file.writestr(zipfile.ZipInfo(f"archive/data/{key}"), content, method)
        file.writestr(zipfile.ZipInfo("archive/version"), b"3\n")
    return out.getvalue()


GOOD = torch_zip(pickled(tensor()))
COMMAND = text(f"touch {MARKER}")


def patched(content, signature, index, at, value):
    """Overwrites bytes of the index-th header with that signature."""
    position = -1
    for _ in range(index + 1):
        position = content.index(signature, position + 1)
    return content[:position + at] + value + content[position + at + len(value):]


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"


def pickles():
    calls = {
        "reduce_posix_system": (b"cposix\nsystem\n" + COMMAND + b"\x85R", "REDUCE on posix.system"),
        "reduce_os_system": (b"cos\nsystem\n" + COMMAND + b"\x85R", "REDUCE on os.system"),
        "reduce_builtins_eval": (b"cbuiltins\neval\n" + text(f"open('{MARKER}', 'w')") + b"\x85R",
                                 "REDUCE on builtins.eval"),
        "reduce_getattr": (b"cbuiltins\ngetattr\n" + b"cos\npath\n" + text("system") + b"\x86R" + COMMAND + b"\x85R",
                           "the result of getattr called"),
        "reduce_subprocess": (b"csubprocess\nPopen\n" + COMMAND + b"\x85R", "REDUCE on subprocess.Popen"),
        "reduce_runpy": (b"crunpy\nrun_path\n" + text(MARKER) + b"\x85R", "REDUCE on runpy.run_path"),
        "newobj_subprocess": (b"csubprocess\nPopen\n" + COMMAND + b"\x85\x81", "NEWOBJ on subprocess.Popen"),
        "newobj_ex": (b"csubprocess\nPopen\n" + COMMAND + b"\x85}\x92", "NEWOBJ_EX on subprocess.Popen"),
        "obj_os_system": (b"(cos\nsystem\n" + COMMAND + b"o", "OBJ on os.system"),
        "stack_global": (b"\x8c\x08builtins\x8c\x04exec\x93" + text(f"open('{MARKER}', 'w')") + b"\x85R",
                         "STACK_GLOBAL of builtins.exec"),
        "build_setstate": (b"cattacker\nGadget\n)\x81}" + text("__setstate__") + b"cos\nsystem\nsb" ,
                           "BUILD that sets __setstate__ to os.system"),
        "persistent_id": (b"(" + text("module") + b"cos\nsystem\n" + COMMAND + b"tQ", "a persistent id that is no "
                          "storage but names os.system"),
        "rebuild_from_type": (b"ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\ncbuiltins\nobject\n" + COMMAND
                              + b"\x85}tR", "os.system as the function of _rebuild_from_type_v2"),
    }
    for name, (value, what) in calls.items():
        put(f"pickle_{name}.ckpt", torch_zip(pickled(value)), what)
    put("pickle_inst.ckpt", torch_zip(pickled(b"(" + COMMAND + b"ios\nsystem\n")), "INST on os.system")
    for op, size in ((b"\x82", 1), (b"\x83", 2), (b"\x84", 4)):
        put(f"pickle_ext{size}.ckpt", torch_zip(pickled(op + b"\1" * size + b")R")),
            f"EXT{size}: a class from the extension registry")
    put("pickle_deep_lists.ckpt", torch_zip(b"\x80\x02" + b"]" * 300_000 + b"a" * 299_999 + b".",
                                            method=zipfile.ZIP_DEFLATED), "lists nested 300,000 deep")
    put("pickle_object_bomb.ckpt", torch_zip(b"\x80\x02(" + b"}" * 40_000_000 + b"l.", method=zipfile.ZIP_DEFLATED),
        "40 million dicts in 40 kB")
    doubling = b"\x80\x02]" + b"".join(b"q\x010](h\x01h\x01e" for _ in range(64)) + b"."
    put("pickle_doubling.ckpt", torch_zip(doubling), "a list of two references to a list of two, 64 times: 2^64 leaves")
    copies = b"\x80\x02](" + b"K\x01" * 60_000 + b"eq\x01" + b"cbuiltins\nset\nq\x02" + b"h\x02h\x01\x85R0" * 60_000 + b"0."
    put("pickle_copy_bomb.ckpt", torch_zip(copies, method=zipfile.ZIP_DEFLATED), "a list copied into a set 60,000 times")
    put("pickle_string_length.ckpt", torch_zip(b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7fabc."),
        "a string of 2^63 bytes in a pickle of a few")
    put("pickle_long.ckpt", torch_zip(b"\x80\x02\x8b\xff\xff\xff\x7f."), "an integer of 2 GB")
    shapes = {
        "out_of_bounds": (dict(shape=(5,)), "a tensor longer than its storage"),
        "offset": (dict(offset=1 << 62), "an offset far outside"),
        "negative_offset": (dict(offset=-1), "an offset before the storage"),
        "negative_stride": (dict(offset=3, stride=(-1,)), "a negative stride"),
        "negative_size": (dict(shape=(-4,)), "a negative size"),
        "strides_out": (dict(shape=(2, 2), stride=(3, 1)), "strides that leave the storage"),
        "giant_shape": (dict(shape=(1 << 62,), stride=(0,)), "2^62 elements by stride 0"),
        "overflow_shape": (dict(shape=(1 << 62, 4), stride=(0, 0)), "a shape whose product is 2^64 = 0"),
        "overflow_stride": (dict(shape=(3,), stride=(1 << 62,)), "strides that overflow"),
        "storage_count": (dict(count=1 << 61, shape=(1,)), "a storage of 2^63 bytes"),
        "missing_storage": (dict(key="7"), "a storage that is not there"),
        "storage_traversal": (dict(key="../../version"), "a storage key that leads out of data/"),
    }
    for name, (arguments, what) in shapes.items():
        put(f"tensor_{name}.ckpt", torch_zip(pickled(tensor(**arguments))), what)
    put("tensor_many_expanded.ckpt", torch_zip(
        b"\x80\x02}(" + b"".join(text(f"t{i}") + tensor(shape=(1 << 20, 1 << 10), stride=(0, 0)) for i in range(200))
        + b"u."), "200 tensors of 4 GiB each over 16 bytes, by stride 0: legal, and endless to anyone who copies")


def zips():
    inner = torch_zip(pickled(tensor()), [("0", b"A" * 16)])
    start = inner.index(LOCAL, inner.index(b"archive/data/0") - 40)
    record = inner[start:start + 30 + len("archive/data/0") + 16]
    hidden = torch_zip(pickled(tensor()), [("1", b"B" * 8 + record + b"B" * 8), ("0", b"A" * 16)])
    offset = hidden.index(record)
    index = [i for i, name in enumerate(["data.pkl", "byteorder", "data/1", "data/0", "version"]) if name == "data/0"][0]
    put("zip_overlap.ckpt", patched(hidden, CENTRAL, index, 42, struct.pack("<I", offset)),
        "a record that lies inside another one's bytes")
    put("zip_same_header.ckpt", patched(GOOD, CENTRAL, 2, 42, struct.pack("<I", 0)),
        "two records of the list that lead to one header")
    put("zip_names_disagree.ckpt", patched(GOOD, LOCAL, 2, 30, b"archive/data/9"),
        "other names in local header and list")
    put("zip_sizes_disagree.ckpt", patched(GOOD, LOCAL, 2, 18, struct.pack("<II", 8, 8)),
        "other sizes in local header and list")
    put("zip_methods_disagree.ckpt", patched(GOOD, LOCAL, 0, 8, struct.pack("<H", 8)),
        "other compression in local header and list")
    put("zip_past_end.ckpt", patched(GOOD, CENTRAL, 2, 20, struct.pack("<II", 1 << 30, 1 << 30)),
        "a record of 1 GiB in a file of 700 bytes")
    put("zip_stored_sizes.ckpt", patched(patched(GOOD, CENTRAL, 2, 24, struct.pack("<I", 1 << 20)), LOCAL, 2, 22,
                                         struct.pack("<I", 1 << 20)), "a stored record with two sizes")
    put("zip_directory_offset.ckpt", patched(GOOD, END, 0, 16, struct.pack("<I", 0x7fffffff)),
        "a list of records past the end")
    sizes = struct.pack("<II", 200, 200)
    put("zip_directory_inside.ckpt", patched(patched(GOOD, CENTRAL, 3, 20, sizes), LOCAL, 3, 18, sizes),
        "a record that reaches into the list of records")
    end = GOOD.index(END)
    fields = struct.unpack("<4s4H2IH", GOOD[end:])
    far = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1 << 60, 1 << 60, fields[5], fields[6])
    locator = b"PK\6\7" + struct.pack("<IQI", 0, end, 1)
    put("zip64_count.ckpt", GOOD[:end] + far + locator + GOOD[end:], "zip64: 2^60 records")
    far = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, fields[3], fields[4], fields[5], (1 << 64) - 8)
    put("zip64_offset.ckpt", GOOD[:end] + far + locator + GOOD[end:], "zip64: the list at 2^64 - 8")
    put("zip64_locator.ckpt", GOOD[:end] + b"PK\6\7" + struct.pack("<IQI", 0, 1 << 63, 1) + GOOD[end:],
        "zip64: an end record at 2^63")
    put("zip64_size_missing.ckpt", patched(GOOD, CENTRAL, 2, 20, b"\xff" * 8),
        "zip64: sizes said to be elsewhere and not there")
    put("zip_deflate_bomb.ckpt", torch_zip(pickled(tensor(count=75_000_000, shape=(75_000_000,))),
                                           [("0", bytes(300_000_000))], zipfile.ZIP_DEFLATED),
        "a deflated storage of 300 MB in 300 kB")
    packed = torch_zip(pickled(tensor()), [("0", bytes(100_000))], zipfile.ZIP_DEFLATED)
    small = struct.pack("<I", 16)
    put("zip_deflate_lies.ckpt", patched(patched(packed, CENTRAL, 2, 24, small), LOCAL, 2, 22, small),
        "a deflated record that grows to more than it says")
    put("zip_method.ckpt", torch_zip(pickled(tensor()), method=zipfile.ZIP_BZIP2), "records compressed by bzip2")
    put("zip_big_endian.ckpt", torch_zip(pickled(tensor()), byteorder=b"big"), "numbers of a big-endian machine")
    put("zip_duplicate.ckpt", duplicate(), "two records with one name")
    legacy = (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03." + b"\x80\x02}."
              + b"\x80\x02}" + text("x") + b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage")
              + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(4) + b"NtQ" + number(0)
              + numbers([4]) + numbers([1]) + b"\x89}tRs." + b"\x80\x02]" + text("0") + b"a.")
    put("legacy_storage_count.ckpt", legacy + struct.pack("<q", 1 << 61) + bytes(16),
        "the format before torch 1.6: a storage of 2^61 numbers")
    put("legacy_system.ckpt", legacy.replace(b"ctorch._utils\n_rebuild_tensor_v2\n(", b"cos\nsystem\n(")
        + struct.pack("<q", 4) + bytes(16), "the format before torch 1.6: REDUCE on os.system")


def duplicate():
    import warnings
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as file:
        warnings.simplefilter("ignore")
        for content in (pickled(tensor()), pickled(b"cos\nsystem\n" + COMMAND + b"\x85R")):
            file.writestr(zipfile.ZipInfo("archive/data.pkl"), content)
    return out.getvalue()


# --- tars ---------------------------------------------------------------------------------------------------------

def member(name, content=b"", kind=tarfile.REGTYPE, link="", pax=None, form=tarfile.USTAR_FORMAT):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    info.pax_headers = pax or {}
    return info.tobuf(tarfile.PAX_FORMAT if pax else form) + content + bytes(-len(content) % 512)


def archive(*members, config=CONFIG, weights=GOOD):
    basic = []
    if config is not None:
        basic.append(member("./model_config.yaml", config.encode()))
    if weights is not None:
        basic.append(member("./model_weights.ckpt", weights))
    content = b"".join([*members, *basic]) + bytes(1024)
    return content + bytes(-len(content) % 10240)


def sealed(header):
    header = header[:148] + b" " * 8 + header[156:]
    return header[:148] + b"%06o\0 " % sum(header[:512]) + header[156:]


def sized(content, field):
    header = member("./artifact.txt", content)
    return sealed(header[:124] + field + header[136:])


def tars():
    put("tar_absolute.nemo", archive(member(MARKER, b"x")), "a member with an absolute name")
    put("tar_parent.nemo", archive(member("../../../../../.." + MARKER, b"x")), "a member whose name leads out by ..")
    put("tar_inner_parent.nemo", archive(member("./a/../../outside", b"x")), "the same in the middle of a name")
    put("tar_pax_parent.nemo", archive(member("./harmless", b"x", pax={"path": "../outside"})),
        "the same in an extended header, under a harmless name")
    put("tar_gnu_parent.nemo", archive(member("../" * 40 + "outside", b"x", form=tarfile.GNU_FORMAT)),
        "the same in a GNU long name")
    put("tar_symlink_config.nemo", archive(member("./model_config.yaml", kind=tarfile.SYMTYPE, link="/etc/passwd"),
                                           config=None), "a config that is a symbolic link to /etc/passwd")
    put("tar_symlink_folder.nemo", archive(member("./sub", kind=tarfile.SYMTYPE, link="/tmp"),
                                           member("./sub/fathom-hostile-was-here", b"x")),
        "a symbolic link to /tmp and a file that would go through it")
    put("tar_hardlink_config.nemo",
        archive(member("./model_config.yaml", CONFIG.encode()), member("./evil.yaml", b"target: os.system\n"),
                member("./model_config.yaml", kind=tarfile.LNKTYPE, link="./evil.yaml"), config=None),
        "a hard link that replaces the config")
    put("tar_device.nemo", archive(member("./tty", kind=tarfile.CHRTYPE)), "a character device")
    put("tar_duplicate_config.nemo", archive(member("./model_config.yaml", b"target: os.system\n")),
        "two configs, of which the last counts")
    put("tar_duplicate_weights.nemo", archive(member("model_weights.ckpt", GOOD)), "two files of weights")
    put("tar_size_beyond_end.nemo", archive(sized(b"x", b"77777777777\0")), "a member of 8 GiB in 20 kB")
    put("tar_size_negative.nemo", archive(sized(b"x", b"\xff" * 12)), "a size of -1 in base 256")
    put("tar_size_base256.nemo", archive(sized(b"x", b"\x80" + b"\x7f" + b"\xff" * 10)), "a size beyond 64 bits")
    put("tar_pax_size.nemo", archive(member("./a", b"x", pax={"size": "99999999999999"})),
        "an extended header that makes a member 90 TiB long")
    put("tar_pax_size_negative.nemo", archive(member("./a", b"x", pax={"size": "-512"})), "the same with -512")
    lying = member("./a", b"999999999 path=x\n")
    put("tar_pax_length.nemo", archive(sealed(lying[:156] + b"x" + lying[157:])),
        "an extended header whose record is longer than it")
    sparse = member("./a", b"x")
    put("tar_sparse.nemo", archive(sealed(sparse[:156] + b"S" + sparse[157:])), "a sparse member")
    put("tar_gzip_bomb.nemo", gzip.compress(archive(member("./zeros", bytes(300_000_000))), mtime=0),
        "300 MB of zeros in 300 kB, by gzip")
    put("tar_bzip2_bomb.nemo", bz2.compress(bytes(400_000_000)), "400 MB of zeros in 300 bytes, by bzip2")
    put("tar_gzip_cut.nemo", gzip.compress(archive(), mtime=0)[:-40], "a gzip stream cut short")
    configs()


def configs():
    put("config_target.nemo", archive(config="target: os.system\ncommand: touch " + MARKER + "\n"),
        "a config whose class is os.system")
    put("config_target_nested.nemo",
        archive(config=CONFIG + "encoder:\n  layers:\n    - _target_: builtins.eval\n      _args_: [\"1\"]\n"),
        "a nested _target_ that is builtins.eval")
    put("config_target_subprocess.nemo", archive(config="_target_: subprocess.check_output\nargs: [id]\n"),
        "a _target_ that is subprocess.check_output")
    put("config_artifact_parent.nemo", archive(config=CONFIG + "vocab: nemo:../../../../etc/passwd\n"),
        "an artifact outside the archive")
    put("config_deep.nemo", archive(config="a: " + "[" * 20_000 + "]" * 20_000 + "\n"), "lists nested 20,000 deep in YAML")
    deep = "".join("{" + "a: " for _ in range(5000))
    put("config_deep_maps.nemo", archive(config=deep + "1" + "}" * 5000 + "\n"), "maps nested 5,000 deep in YAML")
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in range(1, 12):
        bomb += f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]\n"
    put("config_alias_bomb.nemo", archive(config=CONFIG + bomb), "YAML aliases that stand for 10^12 items")
    put("config_interpolation_bomb.nemo", archive(
        config=CONFIG + "a0: " + "x" * 100 + "\n" + "".join(f"a{i}: " + f"${{a{i - 1}}}" * 10 + "\n" for i in range(1, 12))),
        "interpolations that stand for 10^13 characters")
    put("config_interpolation_cycle.nemo", archive(config=CONFIG + "a: ${b}\nb: ${a}\n"), "interpolations in a circle")
    put("config_env.nemo", archive(config=CONFIG + "secret: ${oc.env:HOME}\n"), "a config that asks for the environment")
    put("config_terminal.nemo", archive(member("./\x1b]0;owned\x07.txt", b"x")), "a name with terminal control characters")


# --- safetensors --------------------------------------------------------------------------------------------------

def safetensors(header, size):
    content = header.encode() if isinstance(header, str) else json.dumps(header).encode()
    return struct.pack("<Q", len(content)) + content + b"\1" * size


def entry(begin, end, shape=None, dtype="F32"):
    return {"dtype": dtype, "shape": [(end - begin) // 4] if shape is None else shape, "data_offsets": [begin, end]}


def tensors():
    cases = {
        "overlap": ({"a": entry(0, 8), "b": entry(4, 12)}, 12, "two tensors that share bytes"),
        "hole": ({"a": entry(0, 8), "b": entry(12, 16)}, 16, "bytes that no tensor has"),
        "trailing": ({"a": entry(0, 8)}, 64, "bytes behind the last tensor"),
        "short": ({"a": entry(0, 1 << 40)}, 8, "a tensor of 1 TiB"),
        "backwards": ({"a": entry(8, 0, [2])}, 8, "an end before the beginning"),
        "shape": ({"a": entry(0, 8, [3])}, 8, "a shape that does not fit the bytes"),
        "overflow": ({"a": entry(0, 16, [(1 << 62) + 1, 4])}, 16, "a shape whose product overflows to what fits"),
        "negative": ({"a": entry(0, 8, [-2])}, 8, "a negative size"),
        "dtype": ({"a": entry(0, 8, [2], "OBJECT")}, 8, "a dtype that would be a pickle"),
        "metadata": ({"__metadata__": {"a": {"b": "c"}}}, 0, "metadata that is no text"),
    }
    for name, (header, size, what) in cases.items():
        put(f"{name}.safetensors", safetensors(header, size), what)
    one = json.dumps(entry(0, 8))
    put("duplicate.safetensors", safetensors(f'{{"a":{one},"a":{one}}}', 8), "one name twice")
    put("deep.safetensors", safetensors('{"a":' + "[" * 50_000, 0), "a header nested 50,000 deep")
    put("not_json.safetensors", safetensors("{not json}", 0), "a header that is not JSON")
    put("huge_header.safetensors", struct.pack("<Q", (1 << 64) - 1) + b"{}", "a header of 2^64 - 1 bytes")
    put("large_header.safetensors", struct.pack("<Q", 99_999_999) + b"{}", "a header of 100 MB in a file of 10 bytes")


def check_safetensors():
    try:
        from safetensors import deserialize
    except ImportError:
        print("safetensors is not installed: its reader was not asked")
        return
    for name, (content, _) in files.items():
        if not name.endswith(".safetensors"):
            continue
        try:
            deserialize(content)
        except Exception:
            continue
        print(f"{name}: the safetensors library reads it")


def main():
    pickles()
    zips()
    tars()
    tensors()
    check_safetensors()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    rows = ["# Hostile files", "", "Made by `tests/oracle/make_hostile.py`. `tst_hostile_corpus` says what must come of each; "
            "none may run anything,", f"leave `{MARKER}` behind or take more than a gigabyte.", "", "| file | what it is |",
            "| --- | --- |"]
    for name, (content, what) in sorted(files.items()):
        (FOLDER / name).write_bytes(content)
        rows.append(f"| `{name}` | {what} |")
    (FOLDER / "README.md").write_text("\n".join(rows) + "\n")


main()
