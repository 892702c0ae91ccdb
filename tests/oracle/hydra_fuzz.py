#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random configs, overrides and YAML, with what the real Hydra and OmegaConf make of them.

    python hydra_fuzz.py OUT [SEED] [COUNT]     # needs hydra-core 1.3.2 and omegaconf 2.3.0
    FATHOM_GOLDEN=OUT build/dev/tests/tst_hydra_golden

OUT gets cases.jsonl, overrides_parse.jsonl and yaml_types.jsonl in the format of tests/data/hydra (whose schemas.json is
copied there), so that the golden test races our composer against the reference. Never run by the build or by CI.
"""
import contextlib, enum, io, json, math, os, pathlib, random, shutil, sys, tempfile, typing, warnings
from dataclasses import field, make_dataclass

warnings.simplefilter("ignore")
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, QuotedString, RangeSweep
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from omegaconf import MISSING, OmegaConf

OUT = pathlib.Path(sys.argv[1])
R = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
OUT.mkdir(parents=True, exist_ok=True)
SCHEMAS = pathlib.Path(__file__).parent.parent / "data" / "hydra" / "schemas.json"
shutil.copy(SCHEMAS, OUT)
ENV = {"WB_STR": "hello", "WB_INT": "42", "WB_EMPTY": ""}
os.environ.update(ENV)
os.environ.pop("WB_UNSET", None)
OmegaConf.register_new_resolver("multiply", lambda x, y: x * y, replace=True)
OmegaConf.register_new_resolver("sum", lambda x, y: x + y, replace=True)


# --- values as JSON -----------------------------------------------------------------------------------------------------

def encode(v):
    if isinstance(v, enum.Enum): return {"$enum": f"{type(v).__name__}.{v.name}"}
    if v is None or isinstance(v, (bool, str, int)): return v
    if isinstance(v, float):
        if math.isnan(v): return {"$float": "nan"}
        return {"$float": "inf" if v > 0 else "-inf"} if math.isinf(v) else v
    if isinstance(v, bytes): return {"$bytes": v.hex()}
    if isinstance(v, pathlib.Path): return {"$path": str(v)}
    if isinstance(v, (list, tuple)): return [encode(x) for x in v]
    if all(type(k) is str for k in v): return {k: encode(x) for k, x in v.items()}
    return {"$map": [[encode(k), encode(x)] for k, x in v.items()]}


def typed(v):
    if v is None: return {"t": "null"}
    if isinstance(v, bool): return {"t": "bool", "v": v}
    if isinstance(v, int): return {"t": "int", "v": str(v)}
    if isinstance(v, float): return {"t": "float", "v": repr(v)}
    if isinstance(v, str): return {"t": "str", "v": v}
    if isinstance(v, bytes): return {"t": "bytes", "v": v.hex()}
    if isinstance(v, (list, tuple)): return {"t": "list", "v": [typed(x) for x in v]}
    return {"t": "map", "v": [[typed(k), typed(x)] for k, x in v.items()]}


def parsed(v):
    if isinstance(v, QuotedString): return {"$quoted": v.text, "quote": v.quote.name}
    if isinstance(v, list): return [parsed(x) for x in v]
    if isinstance(v, dict): return {"$map": [[parsed(k), parsed(x)] for k, x in v.items()]}
    if isinstance(v, ChoiceSweep):
        return {"$choice": [parsed(x) for x in v.list], "simple_form": v.simple_form, "shuffle": v.shuffle, "tags": sorted(v.tags)}
    if isinstance(v, RangeSweep):
        return {"$range": [parsed(v.start), parsed(v.stop), parsed(v.step)], "shuffle": v.shuffle, "tags": sorted(v.tags)}
    if isinstance(v, IntervalSweep): return {"$interval": [parsed(v.start), parsed(v.end)], "tags": sorted(v.tags)}
    if isinstance(v, Glob): return {"$glob": {"include": v.include, "exclude": v.exclude}}
    return encode(v)


def failure(e, stage, folder=None):
    text = str(e)
    if folder: text = text.replace("file://" + folder, "file://CONFIG_DIR").replace(folder, "CONFIG_DIR")
    out = {"ok": False, "stage": stage, "error_class": type(e).__name__, "message_first_line": text.split("\n")[0], "message": text}
    cause = e.__cause__ or e.__context__
    if cause is not None and cause is not e:
        out["cause_class"] = type(cause).__name__
        out["cause_first_line"] = str(cause).split("\n")[0]
    return out


# --- dataclasses ----------------------------------------------------------------------------------------------------------

def load_schemas():
    data = json.loads(SCHEMAS.read_text())
    names = {n: enum.Enum(n, m) for n, m in data["enums"].items()}
    names.update({n: getattr(typing, n) for n in ("Optional", "List", "Dict", "Any", "Union", "Tuple")}, Path=pathlib.Path)

    def default(value):
        if isinstance(value, dict):
            if "$enum" in value: return getattr(names[value["$enum"].split(".")[0]], value["$enum"].split(".")[1])
            if "$path" in value: return pathlib.Path(value["$path"])
            if "$bytes" in value: return bytes.fromhex(value["$bytes"])
            if "$dataclass" in value: return names[value["$dataclass"]]()
            if "$float" in value: return float(value["$float"])
        return MISSING if value == "???" else value

    todo = dict(data["classes"])
    while todo:
        for name, c in list(todo.items()):
            try:
                types = [eval(f["type"], {}, names) for f in c["fields"]]
                bases = tuple(names[b] for b in c["bases"])
            except NameError: continue
            except KeyError: continue
            made = [(f["name"], t, field(default_factory=lambda d=f["default"]: default(d))) for f, t in zip(c["fields"], types)]
            names[name] = make_dataclass(name, made, bases=bases)
            ConfigStore.instance().store(name="schema_" + name, node=names[name])
            del todo[name]
    return {n: [f["name"] for f in c["fields"]] for n, c in data["classes"].items()}


CLASSES = load_schemas()


# --- the reference ----------------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def folder_with(files):
    with tempfile.TemporaryDirectory() as d:
        d = os.path.realpath(d)
        for path, text in files.items():
            full = pathlib.Path(d, path)
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_bytes(text.encode())
        GlobalHydra.instance().clear()
        yield d


def composed(files, overrides):
    with folder_with(files) as d, initialize_config_dir(config_dir=d, version_base="1.1"):
        try: cfg = compose(config_name="config", overrides=list(overrides))
        except BaseException as e: return failure(e, "compose", d)
        out = {"ok": True, "config_unresolved": encode(OmegaConf.to_container(cfg, resolve=False))}
        try: out["yaml"] = OmegaConf.to_yaml(cfg)
        except Exception: pass
        try: out["config"] = encode(OmegaConf.to_container(cfg, resolve=True))
        except Exception as e:
            return {**failure(e, "resolve"), "config_unresolved": out["config_unresolved"]}
        if out["config"] == out["config_unresolved"]: out["config_unresolved"] = "same"
        return out


def swept(files, overrides):
    with folder_with(files) as d, initialize_config_dir(config_dir=d, version_base="1.3"):
        try:
            loader = GlobalHydra.instance().config_loader()
            parsed_overrides = OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
            return {"ok": True, "jobs": [list(x) for x in BasicSweeper.split_arguments(parsed_overrides, None)[0]]}
        except BaseException as e: return failure(e, "sweep", d)


def yaml_case(id, text):
    out = {"id": id, "yaml": text}
    try:
        cfg = OmegaConf.load(io.StringIO(text))
        out.update(ok=True, value=typed(OmegaConf.to_container(cfg, resolve=False)))
        try: out["to_yaml"] = OmegaConf.to_yaml(cfg)
        except Exception: pass
    except Exception as e:
        out.update(ok=False, error_class=type(e).__name__, message_first_line=str(e).split("\n")[0])
    return out


PARSER = OverridesParser.create()


def override_case(text):
    try:
        o = PARSER.parse_override(text)
        out = {"input": text, "ok": True, "type": o.type.name, "key": o.key_or_group, "pkg": o.package,
               "value_type": o.value_type.name if o.value_type else None, "value": parsed(o._value)}
        try: out["value_as_str"] = o.get_value_element_as_str() if not o.is_sweep_override() else None
        except Exception: pass
        try: out["value_string"] = o.get_value_string()
        except Exception: pass
        return out
    except BaseException as e:
        return {"input": text, "ok": False, "message_first_line": str(e).split("\n")[0], "message": str(e)}


# --- generators -------------------------------------------------------------------------------------------------------------

KEYS = ["a", "b", "c", "d", "lr", "name", "x1", "under_score", "mixed-key", "n"]
WORDS = ["adam", "a b", "x/y.z", "1e-3", "yes", "on", "null", "~", "0x1F", "010", "1_000", "1:30", ".5", "1.", "+1", "-0", "inf",
         "-.inf", ".nan", "nan", "true", "False", "2020-01-01", "???", "é", "a:b", "a#b", "10%", "it's", "", "1e5", "5.", "1__0", "_1",
         "0o17", "0b11", "12e03", "1.5e", "a\\b", "a@b", "*x", "-", "a-b", "$x", "a$b", "x?y", "a|b", "=", "a=b", "0.1", "123456789012345678901"]


def number():
    return R.choice([str(R.randint(-20, 200)), repr(round(R.uniform(-5, 5), R.randint(0, 6))), f"{R.randint(1, 9)}e{R.randint(-9, 9)}",
                     f"{R.randint(0, 9)}.{R.randint(0, 99)}E+{R.randint(0, 9)}", f"{R.randint(0, 999)}_{R.randint(0, 999)}"])


def interpolation(depth=0):
    kind = R.randrange(12)
    path = ".".join(R.choice(KEYS) for _ in range(R.randint(1, 3)))
    if kind < 4: return "${" + path + "}"
    if kind == 4: return "${." + R.choice(KEYS) + "}"
    if kind == 5: return "${.." + path + "}"
    if kind == 6: return "pre_${" + path + "}_post"
    if kind == 7: return "${oc.env:" + R.choice(["WB_STR", "WB_INT", "WB_EMPTY", "WB_UNSET", "WB_UNSET,7", "WB_UNSET,null", "WB_UNSET,'a b'"]) + "}"
    if kind == 8: return R.choice(["${oc.select:%s,9}", "${oc.select:%s}", "${oc.decode:'[1,2]'}", "${oc.decode:${oc.env:WB_INT}}", "${oc.create:{p:1,q:[2]}}",
                                   "${oc.dict.keys:%s}", "${oc.dict.values:%s}", "${oc.deprecated:%s}"]).replace("%s", path)
    if kind == 9: return "${%s:%s,%s}" % (R.choice(["multiply", "sum", "nope"]), number(), number())
    if kind == 10: return "${" + path + "[" + str(R.randint(0, 3)) + "]}"
    return "${${" + R.choice(KEYS) + "}}" if depth else "${a.${name}}"


def yaml_scalar():
    kind = R.randrange(10)
    if kind < 3: return number()
    if kind < 6: return R.choice([w for w in WORDS if w not in ("*x", "-", "", "=")])
    if kind == 6: return json.dumps(R.choice(WORDS), ensure_ascii=R.random() < 0.5)
    if kind == 7: return "'" + R.choice(WORDS).replace("'", "''") + "'"
    return interpolation() if R.random() < 0.6 else "'" + interpolation().replace("'", "''") + "'"


def flow(depth=0):
    kind = R.randrange(4) if depth < 3 else 3
    if kind == 0: return "[" + ", ".join(flow(depth + 1) for _ in range(R.randint(0, 3))) + "]"
    if kind == 1: return "{" + ", ".join(f"{k}: {flow(depth + 1)}" for k in R.sample(KEYS, R.randint(0, 3))) + "}"
    s = yaml_scalar()
    return s if not set(s) & set("{}[],#") or s[0] in "'\"" else "'" + s.replace("'", "''") + "'"


def block(indent=0, depth=0):
    lines = []
    pad = "  " * indent
    for key in R.sample(KEYS, R.randint(1, 5)):
        kind = R.randrange(8)
        if kind == 0 and depth < 3:
            lines += [f"{pad}{key}:"] + block(indent + 1, depth + 1)
        elif kind == 1:
            lines.append(f"{pad}{key}: {flow()}")
        elif kind == 2 and depth < 3:
            lines.append(f"{pad}{key}:")
            lines += [f"{pad}- {flow(1)}" for _ in range(R.randint(1, 3))]
        else:
            lines.append(f"{pad}{key}: {yaml_scalar()}" + R.choice(["", "", "", "  # c"]))
    return lines


def body():
    return "\n".join(block()) + "\n"


def override_value(depth=0):
    kind = R.randrange(14)
    if kind < 3: return number()
    if kind < 6: return R.choice(WORDS)
    if kind == 6 and depth < 3: return "[" + R.choice([",", ", "]).join(override_value(depth + 1) for _ in range(R.randint(0, 3))) + "]"
    if kind == 7 and depth < 3:
        return "{" + ",".join(f"{R.choice(KEYS + ['1', 'true', '1.5', 'null'])}:{R.choice(['', ' '])}{override_value(depth + 1)}" for _ in range(R.randint(0, 3))) + "}"
    if kind == 8:
        q = R.choice("'\"")
        return q + R.choice(WORDS + ["a\\'b", "a\\\\", "[1,2]", "x y", "${a}"]) + q
    if kind == 9: return interpolation()
    if kind == 10 and depth < 2: return R.choice(["int", "float", "str", "bool", "sort", "nope"]) + "(" + override_value(depth + 1) + ")"
    if kind == 11 and depth < 1:
        return R.choice(["choice(1,2)", "range(3)", "range(1,4)", "range(0,1,0.25)", "interval(0,1)", "glob(*)", "glob(a*,exclude=ab)", "1,2", "a,b,[1,2]",
                         "sort(3,1,2)", "sort(choice(3,1,2),reverse=true)", "tag(t,choice(1,2))", "range(5,1,-2)", "int(choice(1,'2'))", "sort(range(3),reverse=True)"])
    if kind == 12: return R.choice(WORDS) + R.choice([" ", ":", "/", "\\,", "\\ ", ".", "+", "%"]) + R.choice(WORDS)
    return R.choice(["null", "true", "false", "NULL", "True", "nan", "inf", "-inf", "\\=", "a\\,b", "\\(x\\)"])


def override_key(known=()):
    if known and R.random() < 0.7: return R.choice(known)
    return ".".join(R.choice(KEYS + ["0", "1"]) for _ in range(R.randint(1, 3)))


def override(known=()):
    kind = R.randrange(10)
    key = override_key(known)
    if kind == 0: return "~" + key
    if kind == 1: return "~" + key + "=" + override_value()
    if kind == 2: return "+" + key + "=" + override_value()
    if kind == 3: return "++" + key + "=" + override_value()
    return key + "=" + override_value()


def mutated(text):
    """A few characters changed: what people mistype."""
    chars = list(text)
    for _ in range(R.randint(1, 2)):
        at = R.randint(0, len(chars))
        what = R.randrange(3)
        if what == 0: chars.insert(at, R.choice("=,:[]{}()'\"\\ ${}~+@/.#-&*!|>%"))
        elif chars and what == 1: del chars[min(at, len(chars) - 1)]
        elif chars: chars[min(at, len(chars) - 1)] = R.choice("=,:[]{}()'\"\\ $~+@/.-")
    return "".join(chars)


def paths(value, prefix=""):
    out = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for k, v in items:
        key = f"{prefix}.{k}" if prefix else str(k)
        out += [key] + paths(v, key)
    return out


def grouped():
    """Files with defaults lists, and overrides of groups and values."""
    groups = {g: R.sample(["x", "y", "z"], R.randint(1, 3)) for g in R.sample(["db", "opt", "db/inner"], R.randint(1, 2))}
    files = {}
    for g, options in groups.items():
        for o in options:
            header = R.choice(["", "", "", "# @package _global_\n", "# @package foo.bar\n", "# @package _group_\n"])
            files[f"{g}/{o}.yaml"] = header + R.choice(["", "", "defaults:\n  - _self_\n", "defaults:\n  - %s\n" % R.choice(options)]) + body()

    def item():
        g = R.choice(list(groups) + ["nogroup"] if R.random() < 0.1 else list(groups))
        o = R.choice(groups.get(g, ["x"]) + (["missing"] if R.random() < 0.1 else []))
        form = R.randrange(12)
        if form < 6: return f"{g}: {o}"
        if form == 6: return f"optional {g}: {R.choice([o, 'nope'])}"
        if form == 7: return f"{g}@pk: {o}"
        if form == 8: return f"{g}@_global_: {o}"
        if form == 9: return f"{g}: null"
        if form == 10: return f"{g}: [{', '.join(groups.get(g, ['x']))}]"
        return f"{g}: ???" if R.random() < 0.3 else f"/{g}@_here_: {o}"

    items = [item() for _ in range(R.randint(1, 3))]
    if R.random() < 0.6: items.insert(R.randint(0, len(items)), "_self_")
    if R.random() < 0.2: items.append("override " + item())
    files["config.yaml"] = "defaults:\n" + "".join(f"  - {i}\n" for i in items) + body()
    overrides = []
    for _ in range(R.randint(0, 2)):
        g = R.choice(list(groups))
        overrides.append(R.choice([f"{g}={R.choice(groups[g])}", f"+{g}={R.choice(groups[g])}", f"~{g}", f"{g}@pk={R.choice(groups[g])}", f"{g}=nope",
                                   f"+{g}@new={R.choice(groups[g])}", f"{g}=null", f"~{g}={R.choice(groups[g])}"]))
    return files, overrides + [override() for _ in range(R.randint(0, 1))]


def structured():
    cls = R.choice(list(CLASSES))
    names = CLASSES[cls]
    lines = [f"{n}: {flow()}" for n in R.sample(names, min(len(names), R.randint(0, 2)))]
    if R.random() < 0.1: lines.append("unknown: 1")
    files = {"config.yaml": f"defaults:\n  - schema_{cls}\n  - _self_\n" + "\n".join(lines) + "\n"}
    return files, [override(names) for _ in range(R.randint(0, 2))]


def plain():
    files = {"config.yaml": body()}
    try: known = paths(OmegaConf.to_container(OmegaConf.create(files["config.yaml"]), resolve=False))
    except Exception: known = []
    return files, [override([k for k in known if k]) for _ in range(R.randint(0, 3))]


def write(name, rows):
    with open(OUT / name, "w", encoding="utf-8") as out:
        for row in rows:
            try: out.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            except (ValueError, UnicodeError): pass


def cases():
    for i in range(COUNT):
        kind = R.choice(["plain", "plain", "grouped", "structured", "sweep"])
        files, overrides = {"plain": plain, "sweep": plain, "grouped": grouped, "structured": structured}[kind]()
        row = {"id": f"{kind}-{i}", "category": kind, "yaml_files": files, "config_name": "config", "overrides": overrides, "env": ENV}
        try:
            if kind == "sweep":
                files = {"config.yaml": "a: 0\nb: 0\nc: {d: 1}\n"}
                overrides = [f"{k}={override_value()}" for k in R.sample(["a", "b", "c.d"], R.randint(1, 2))]
                if any("shuffle" in o for o in overrides): continue
                yield {**row, "yaml_files": files, "overrides": overrides, "mode": "multirun", "expected": swept(files, overrides)}
            else:
                yield {**row, "mode": "compose", "expected": composed(files, overrides)}
        except UnicodeError: pass


write("overrides_parse.jsonl", [override_case(t) for t in sorted({(mutated if R.random() < 0.4 else str)(override()) for _ in range(4 * COUNT)})])
texts = [f"k: {yaml_scalar()}\n" for _ in range(COUNT)] + [mutated(f"k: {yaml_scalar()}\n") for _ in range(COUNT)]
texts += [body() for _ in range(COUNT)] + [mutated(body()) for _ in range(COUNT)]
write("yaml_types.jsonl", [yaml_case(f"yaml-{i}", t) for i, t in enumerate(texts)])
write("cases.jsonl", cases())
