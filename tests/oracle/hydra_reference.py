# SPDX-License-Identifier: GPL-3.0-or-later
"""What the real Hydra and OmegaConf make of configs, overrides and YAML, as rows of tests/data/hydra.

Needs hydra-core 1.3.2, omegaconf 2.3.0 and PyYAML 6.0.3: 6.0.4 merges a list of maps (`<<: [*a, *b]`) the other way round.
"""
import contextlib, enum, io, json, math, os, pathlib, tempfile, typing, warnings
from dataclasses import field, make_dataclass

warnings.simplefilter("ignore")
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, QuotedString, RangeSweep
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from omegaconf import MISSING, OmegaConf

ENV = {"WB_STR": "hello", "WB_INT": "42", "WB_EMPTY": "", "WB_LIST": "[1,2]", "WB_NULL": "null"}
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
    if not isinstance(v, dict): return {"$repr": type(v).__name__}
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
    if isinstance(v, pathlib.Path): return {"t": "PosixPath", "v": str(v)}
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
    def clean(text): return text.replace("file://" + folder, "file://CONFIG_DIR").replace(folder, "CONFIG_DIR") if folder else text
    text = clean(str(e))
    out = {"ok": False, "stage": stage, "error_class": type(e).__name__, "message_first_line": text.split("\n")[0], "message": text}
    cause = e.__cause__ or e.__context__
    if cause is not None and cause is not e:
        out["cause_class"] = type(cause).__name__
        out["cause_first_line"] = clean(str(cause)).split("\n")[0]
    return out


# --- dataclasses ----------------------------------------------------------------------------------------------------------

def load_schemas(path):
    """Registers the dataclasses of a schemas.json; returns the names of the fields of each."""
    data = json.loads(path.read_text())
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

    store = ConfigStore.instance()
    todo = dict(data["classes"])
    while todo:
        for name, c in list(todo.items()):
            try:
                types = [eval(f["type"], {}, names) for f in c["fields"]]
                bases = tuple(names[b] for b in c["bases"][:1])
            except (NameError, KeyError): continue
            made = [(f["name"], t, field(default_factory=lambda d=f["default"]: default(d))) for f, t in zip(c["fields"], types)]
            names[name] = make_dataclass(name, made, bases=bases)
            store.store(name="schema_" + name, node=names[name])
            del todo[name]
    store.store(name="autoschema", node=names["Basic"])
    store.store(group="opt", name="optim_schema", node=names["Optim"])
    return {n: [f["name"] for f in c["fields"]] for n, c in data["classes"].items()}


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


def composed(files, overrides, name="config"):
    with folder_with(files) as d, initialize_config_dir(config_dir=d, version_base="1.1"):
        try: cfg = compose(config_name=name, overrides=list(overrides))
        except BaseException as e: return failure(e, "compose", d)
        out = {"ok": True, "config_unresolved": encode(OmegaConf.to_container(cfg, resolve=False))}
        try: out["yaml"] = OmegaConf.to_yaml(cfg)
        except Exception: pass
        try: out["config"] = encode(OmegaConf.to_container(cfg, resolve=True))
        except BaseException as e:
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
    except BaseException as e:
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
        return {"input": text, "ok": False, "error_class": type(e).__name__, "message_first_line": str(e).split("\n")[0], "message": str(e)}


def write(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            try: out.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            except (ValueError, UnicodeError): pass # lone surrogates
