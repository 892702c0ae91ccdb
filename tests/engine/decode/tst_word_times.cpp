// SPDX-License-Identifier: GPL-3.0-or-later
// Words and their frames beside NeMo's for the same paths (tests/oracle/ctc_times_reference.py), and paths
// that have to say given tokens.
#include "engine/decode/word_times.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <random>

using namespace fathom;
using namespace fathom::decode;
using Ids = std::vector<std::int64_t>;

namespace {

/// A vocabulary whose ids are decoded as NeMo's tokenizers do.
TokenTexts textsOf(std::vector<std::string> pieces, TokenKind kind) {
    const auto all = std::make_shared<const std::vector<std::string>>(std::move(pieces));
    const auto decode = [all, kind](std::span<const std::int64_t> ids) {
        std::string out;
        for (const std::int64_t id : ids) {
            const std::string& piece = (*all)[static_cast<std::size_t>(id)];
            if (kind == TokenKind::SentencePieces && piece.starts_with('<')) {
                if (piece == "<unk>") out += " ⁇ "; // control pieces spell nothing
                continue;
            }
            if (kind == TokenKind::SentencePieces && piece.starts_with("▁"))
                out += (out.empty() ? "" : " ") + piece.substr(3);
            else if (kind == TokenKind::WordPieces && !out.empty())
                out += piece.starts_with("##") ? piece.substr(2) : " " + piece;
            else
                out += piece;
        }
        return out;
    };
    return {[all](std::int64_t id) { return (*all)[static_cast<std::size_t>(id)]; }, decode};
}

std::vector<std::string> strings(const QJsonValue& list) {
    std::vector<std::string> out;
    for (const QJsonValue each : list.toArray())
        out.push_back(each.toString().toStdString());
    return out;
}

} // namespace

class WordTimesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void words_areNeMos_data() {
        QTest::addColumn<QJsonObject>("set");
        QFile file(QStringLiteral(FATHOM_TEST_DATA "/decode/word_times.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const QJsonValue set : QJsonDocument::fromJson(file.readAll()).array())
            QTest::newRow(qPrintable(set.toObject()[QStringLiteral("kind")].toString())) << set.toObject();
    }
    void words_areNeMos() {
        QFETCH(QJsonObject, set);
        const QString kind = set[QStringLiteral("kind")].toString();
        WordRules rules{.kind = kind == QLatin1String("spe")   ? TokenKind::SentencePieces
                                : kind == QLatin1String("wpe") ? TokenKind::WordPieces
                                                               : TokenKind::Characters};
        rules.punctuation = {"'", ".", ","};
        if (kind != QLatin1String("char")) {
            const auto marks = strings(set[QStringLiteral("punctuation")]);
            rules.punctuation = {marks.begin(), marks.end()};
        }
        const auto vocabulary = strings(set[QStringLiteral("vocabulary")]);
        const TokenTexts texts = textsOf(vocabulary, rules.kind);
        for (const QJsonValue value : set[QStringLiteral("cases")].toArray()) {
            Ids path;
            for (const QJsonValue id : value[QStringLiteral("path")].toArray())
                path.push_back(id.toInteger());
            std::vector<TimedWord> expected;
            for (const QJsonValue word : value[QStringLiteral("words")].toArray())
                expected.push_back(
                    {word[0].toString().toStdString(), word[1].toInteger(), word[2].toInteger()});
            const auto words =
                timedWords(timedTokens(path, static_cast<std::int64_t>(vocabulary.size())), texts, rules);
            const auto describe = [](const std::vector<TimedWord>& list) {
                std::string out;
                for (const TimedWord& word : list)
                    out += '[' + word.text + ' ' + std::to_string(word.start) + ' ' +
                           std::to_string(word.end) + "] ";
                return out;
            };
            QCOMPARE(QString::fromStdString(describe(words)), QString::fromStdString(describe(expected)));
        }
    }

    void nothing_hasNoWords() {
        const TokenTexts texts = textsOf({" ", "a"}, TokenKind::Characters);
        QVERIFY(timedWords(timedTokens(Ids{2, 2, 2}, 2), texts, {}).empty());
        QVERIFY(timedWords(timedTokens(Ids{0, 2, 0}, 2), texts, {}).empty()); // only separators
    }

    void anAlignedPath_isTheLikeliestThatSaysTheTokens() {
        std::mt19937 engine(3);
        std::uniform_real_distribution<float> uniform(-6, 0);
        for (const Ids& tokens : {Ids{}, Ids{0}, Ids{0, 0}, Ids{1, 0, 1}, Ids{0, 1}}) {
            const std::size_t frames = 6;
            std::vector<float> logProbs(frames * 3);
            for (float& each : logProbs)
                each = uniform(engine);
            double best = -1e9;
            for (int code = 0; code < 729; ++code) { // every path of six frames
                Ids path;
                double score = 0;
                for (int t = 0, rest = code; t < 6; ++t, rest /= 3) {
                    path.push_back(rest % 3);
                    score += static_cast<double>(logProbs[static_cast<std::size_t>(3 * t + rest % 3)]);
                }
                Ids said;
                for (const TimedToken& token : timedTokens(path, 2))
                    said.push_back(token.id);
                if (said == tokens) best = std::max(best, score);
            }
            const Ids path = alignedPath(logProbs, frames, 2, tokens);
            QCOMPARE(path.size(), frames);
            double score = 0;
            Ids said;
            for (std::size_t t = 0; t < frames; ++t)
                score += static_cast<double>(logProbs[3 * t + static_cast<std::size_t>(path[t])]);
            for (const TimedToken& token : timedTokens(path, 2))
                said.push_back(token.id);
            QCOMPARE(said, tokens);
            QVERIFY(std::abs(score - best) < 1e-5);
        }
        QVERIFY(alignedPath(std::vector<float>(6, -1.0F), 2, 2, Ids{0, 0}).empty()); // needs a blank between
        QVERIFY(alignedPath({}, 0, 2, Ids{}).empty());
    }
};

QTEST_GUILESS_MAIN(WordTimesTest)
#include "tst_word_times.moc"
