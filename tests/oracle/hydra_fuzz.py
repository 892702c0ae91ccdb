#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random configs, overrides and YAML, with what the real Hydra and OmegaConf make of them.

    python hydra_fuzz.py OUT [SEED] [COUNT]     # needs hydra-core 1.3.2 and omegaconf 2.3.0
    FATHOM_GOLDEN=OUT build/dev/tests/tst_hydra_golden

OUT gets cases.jsonl, overrides_parse.jsonl and yaml_types.jsonl in the format of tests/data/hydra (whose schemas.json is
copied there), so that the golden test races our composer against the reference. Never run by the build or by CI.
"""
import json, pathlib, random, shutil, sys

from hydra_reference import ENV, OmegaConf, composed, load_schemas, override_case, swept, write, yaml_case

OUT = pathlib.Path(sys.argv[1])
R = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
OUT.mkdir(parents=True, exist_ok=True)
SCHEMAS = pathlib.Path(__file__).parent.parent / "data" / "hydra" / "schemas.json"
shutil.copy(SCHEMAS, OUT)
CLASSES = load_schemas(SCHEMAS)


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


GROUPED_SWEEP = {"config.yaml": "defaults:\n  - db: ab\na: 0\n", "db/ab.yaml": "x: 1\n", "db/aB.yaml": "x: 2\n", "db/b.yaml": "x: 3\n", "db/c d.yaml": "x: 4\n"}


def sweep():
    """Overrides for -m: functions inside functions, globs of a group, additions and deletions."""
    if R.random() < 0.25:
        pattern = lambda: R.choice(["*", "a*", "?", "[ab]*", "*b", "zz*", "[!a]*"])
        many = lambda: R.choice([pattern(), "[" + ",".join(pattern() for _ in range(R.randint(1, 2))) + "]"])
        text = R.choice([f"glob({many()})", f"glob({many()},exclude={many()})", f"glob(include={many()})", "ab,b", "glob()", f"tag(glob({many()}))"])
        return GROUPED_SWEEP, [R.choice(["db=", "+db@x=", "db@db="]) + text] + R.choice([[], ["a=1,2"]])
    def items(): return ",".join(R.choice([number(), R.choice(["a", "b c", "'x,y'", "true", "[1,2]", "{k:1}"])]) for _ in range(R.randint(1, 3)))
    def spread(): return R.choice(["choice(%s)" % items(), "range(%d,%d,%d)" % (R.randint(-3, 3), R.randint(-3, 6), R.choice([1, 2, -1])), items(),
                                   "range(%s,%s,%s)" % (R.choice(["0", "0.1", "-1"]), R.choice(["1", "0.5", "2.5"]), R.choice(["0.1", "0.25", "1"])), "range(start=1,stop=4)"])
    def value():
        text = spread()
        for _ in range(R.randint(0, 2)):
            text = R.choice(["int(%s)", "float(%s)", "str(%s)", "bool(%s)", "sort(%s)", "sort(%s,reverse=true)", "tag(t,%s)", "choice(%s)", "sort(list=[%s])", "interval(0,%s)"]) % text
        return text
    return {"config.yaml": "a: 0\nb: 0\nc: {d: 1}\n"}, [R.choice(["", "", "+", "++"]) + k + "=" + value() for k in R.sample(["a", "b", "c.d"], R.randint(1, 2))]


def resolvers():
    """One interpolation of every form over a config that has what it asks for, and much that it has not."""
    head = "a: 1\nb: ${a}\ns: text\nn: null\nm: ???\nd: {e: two, f: '${.e}', g: {h: '${..e}', i: '${...a}'}}\nlst: [1, '${a}', {x: 5}]\nk: e\n"
    argument = lambda: R.choice(["a", "d.e", ".e", "..a", "zz", "d.zz", "lst", "lst.0", "'d'", "null", "1", "1.5", "true", "${a}", "${s}", "[1,${a}]", "{x:1,y:${s}}", "'a b'", "a b", "", "m", "\"q\"", "s.x", "d"])
    name = lambda: R.choice(["oc.env", "oc.select", "oc.decode", "oc.create", "oc.dict.keys", "oc.dict.values", "oc.deprecated", "multiply", "sum", "nope", "oc.${k}"])
    def one():
        kind = R.randrange(6)
        if kind < 3: return "${" + name() + ":" + R.choice([",", ", ", " , "]).join(argument() for _ in range(R.randint(0, 3))) + "}"
        if kind == 3: return "${" + R.choice(["d", "d.", ".d", "..d", "d[e]", "[d].e", "d.${k}", "d[${k}]", "lst[0]", "lst.1", "lst[2].x", "lst.9", "lst.x", "lst[-1]", "s.x", "n", "n.x", "m", "a", "b", "v", "v.x"]) + "}"
        if kind == 4: return R.choice(["pre ${%s}", "${%s}${a}", "\\${%s}", "\\\\${%s}", "$${%s}", "${ %s }", "${%s", "x${%s}y"]) % R.choice(["a", "s", "d", "n", "lst", "m", "b"])
        return "${" + name() + ":" + one() + "}"
    text = one()
    place = R.randrange(3)
    quoted = "'" + text.replace("'", "''") + "'"
    if place == 0: return {"config.yaml": head + "v: 0\n"}, ["v=" + text]
    if place == 1: return {"config.yaml": head + f"v: {quoted}\nw: ${{v}}\n"}, []
    return {"config.yaml": f"z: {{y: [{quoted}]}}\n" + head}, []


def cases():
    makers = {"plain": plain, "grouped": grouped, "structured": structured, "sweep": sweep, "resolvers": resolvers}
    for i in range(COUNT):
        kind = R.choice(["plain", "plain", "grouped", "structured", "sweep", "resolvers"])
        try: files, overrides = makers[kind]()
        except UnicodeError: continue
        row = {"id": f"{kind}-{i}", "category": kind, "yaml_files": files, "config_name": "config", "overrides": overrides, "env": ENV}
        mode, run = ("multirun", swept) if kind == "sweep" else ("compose", composed)
        yield {**row, "mode": mode, "expected": run(files, overrides)}


write(OUT / "overrides_parse.jsonl", [override_case(t) for t in sorted({(mutated if R.random() < 0.4 else str)(override()) for _ in range(4 * COUNT)})])
texts = [f"k: {yaml_scalar()}\n" for _ in range(COUNT)] + [mutated(f"k: {yaml_scalar()}\n") for _ in range(COUNT)]
texts += [body() for _ in range(COUNT)] + [mutated(body()) for _ in range(COUNT)]
write(OUT / "yaml_types.jsonl", [yaml_case(f"yaml-{i}", t) for i, t in enumerate(texts)])
write(OUT / "cases.jsonl", cases())
