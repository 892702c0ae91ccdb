// SPDX-License-Identifier: GPL-3.0-or-later
// Scores and tokens equal sacrebleu's; see tests/oracle/sample_figures.py.
#include "engine/text/bleu.h"

#include <QTest>

#include <fstream>
#include <nlohmann/json.hpp>

using namespace fathom::text;
using nlohmann::json;

class BleuTest : public QObject {
    Q_OBJECT

    json m_golden = json::parse(std::ifstream(FATHOM_TEST_DATA "/samples/figures.json"));

private Q_SLOTS:
    void corpus_scoresAsInSacrebleu() {
        BleuCounts counts;
        for (const json& pair : m_golden.at("pairs"))
            counts +=
                countBleu(pair.at("reference").get<std::string>(), pair.at("prediction").get<std::string>());
        QVERIFY(std::abs(corpusBleu(counts) - m_golden.at("corpus_bleu").get<double>()) < 1e-6);
        QCOMPARE(bleuSignature(), std::string("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"));
    }

    void otherTokenizers_scoreAsInSacrebleu_data() {
        QTest::addColumn<int>("tokenizer");
        QTest::newRow("zh") << static_cast<int>(BleuTokenizer::Chinese);
        QTest::newRow("none") << static_cast<int>(BleuTokenizer::None);
    }

    void otherTokenizers_scoreAsInSacrebleu() {
        QFETCH(int, tokenizer);
        const auto kind = static_cast<BleuTokenizer>(tokenizer);
        const json& golden = m_golden.at("tokenizers").at(QTest::currentDataTag());
        std::vector<std::pair<std::string, std::string>> pairs = m_golden.at("chinese");
        for (const json& pair : m_golden.at("pairs"))
            pairs.emplace_back(pair.at("reference"), pair.at("prediction"));
        BleuCounts counts;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            QCOMPARE(json(bleuTokens(pairs[i].first, kind)).dump(), golden.at("tokens").at(i).dump());
            counts += countBleu(pairs[i].first, pairs[i].second, kind);
        }
        QVERIFY(std::abs(corpusBleu(counts) - golden.at("score").get<double>()) < 1e-6);
        QCOMPARE(bleuSignature(kind), golden.at("signature").get<std::string>());
    }
};

QTEST_GUILESS_MAIN(BleuTest)
#include "tst_bleu.moc"
