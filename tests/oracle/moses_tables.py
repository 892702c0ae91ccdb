# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints engine/text/moses_tables.cpp from sacremoses (MIT): its character classes (Unicode 5, from Perl) and its lists of
abbreviations that keep their full stop. usage: moses_tables.py > engine/text/moses_tables.cpp"""
from sacremoses.corpus import NonbreakingPrefixes, Perluniprops
from sacremoses.indic import NUKTAS, VIRAMAS

LANGUAGES = ["de", "en", "es", "fr", "it", "nl", "pt", "ru"]


def ranges(points):
    out = []
    for point in sorted(points):
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def table(name, points):
    rows = ["{0x%X, 0x%X}" % (a, b) for a, b in ranges(points)]
    print("const CodeRange k%s[] = {" % name)
    for i in range(0, len(rows), 6):
        print("    " + ", ".join(rows[i:i + 6]) + ",")
    print("};\n")


def main():
    perl = Perluniprops()
    classes = {name: {ord(c) for c in perl.chars(name) if c not in "\n-"} for name in ("IsAlnum", "IsAlpha", "IsN", "IsLower", "IsSc")}
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tests/oracle/moses_tables.py from the data of sacremoses (MIT).")
    print("// clang-format off")
    print('#include "engine/text/moses_tables.h"\n\nnamespace fathom::text::moses {\n\nnamespace {\n')
    for name, points in classes.items():
        table(name, points)
    table("IndicSigns", {ord(c) for c in VIRAMAS + NUKTAS})
    for language in LANGUAGES:
        print("const std::string_view kPrefixes_%s[] = {" % language)
        line = "   "
        for word in NonbreakingPrefixes().words(language):
            item = ' "%s",' % word
            if len(line) + len(item) > 108:
                print(line)
                line = "   "
            line += item
        print(line + "\n};\n")
    print("} // namespace\n")
    for name, function in (("IsAlnum", "alnum"), ("IsAlpha", "alpha"), ("IsN", "number"), ("IsLower", "lower"), ("IsSc", "currency"), ("IndicSigns", "indicSigns")):
        print("std::span<const CodeRange> %s() {\n    return k%s;\n}\n" % (function, name))
    print("std::span<const std::string_view> prefixes(std::string_view language) {")
    for language in LANGUAGES:
        print('    if (language == "%s") return kPrefixes_%s;' % (language, language))
    print("    return {};\n}\n\n} // namespace fathom::text::moses")


main()
