// SPDX-License-Identifier: GPL-3.0-or-later
// Normalized, tokenized and detokenized texts equal sacremoses'; see tests/oracle/moses_reference.py.
// FATHOM_MOSES_GOLDEN names a file with more of them.
#include "engine/text/moses.h"

#include <QTest>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

using namespace fathom::text;
using nlohmann::json;

class MosesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyText_isAsInSacremoses() {
        const QByteArray named = qgetenv("FATHOM_MOSES_GOLDEN");
        std::ifstream lines(named.isEmpty() ? FATHOM_TEST_DATA "/moses/moses.jsonl" : named.constData());
        std::map<std::string, MosesProcessor> processors;
        int compared = 0;
        int wrong = 0;
        for (std::string line; std::getline(lines, line); ++compared) {
            const json row = json::parse(line);
            const auto language = row.at("language").get<std::string>();
            const MosesProcessor& moses =
                processors.try_emplace(language, MosesProcessor::create(language).value()).first->second;
            const auto text = row.at("text").get<std::string>();
            const std::string prepared = moses.prepare(text);
            const json ours{{"normalized", moses.normalize(text)},
                            {"tokenized", moses.tokenize(text)},
                            {"prepared", prepared},
                            {"detokenized", moses.detokenize(prepared)},
                            {"joined", moses.detokenize(text)}};
            for (const auto& [key, value] : ours.items()) {
                if (value == row.at(key)) continue;
                if (++wrong <= 20)
                    qWarning("%s: %s\nours: %s", key.c_str(), row.dump().c_str(), value.dump().c_str());
            }
        }
        QVERIFY(compared >= 500);
        QCOMPARE(wrong, 0);
    }

    void brokenBytes_comeBack() {
        const MosesProcessor moses = MosesProcessor::create("en").value();
        QCOMPARE(moses.normalize("a \xFF b"), std::string("a \xFF b"));
        QCOMPARE(moses.detokenize("a \xE2\x82 ."), std::string("a \xE2\x82."));
    }

    void languages_withoutTheirRulesAreRefused() {
        for (const char* language : {"cs", "fi", "ja", "zh", ""})
            QCOMPARE(MosesProcessor::create(language).error().exitCode(), 2);
    }
};

QTEST_GUILESS_MAIN(MosesTest)
#include "tst_moses.moc"
