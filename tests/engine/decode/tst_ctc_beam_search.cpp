// SPDX-License-Identifier: GPL-3.0-or-later
// The beam search beside all alignments of small outputs, one by one, and its time on a long one.
#include "engine/decode/ctc_beam_search.h"

#include <QElapsedTimer>
#include <QTest>

#include <cmath>
#include <map>
#include <random>

using namespace fathom;
using namespace fathom::decode;
using Tokens = std::vector<std::int64_t>;

namespace {

constexpr const char* kWords = R"(\data\
ngram 1=6
ngram 2=3

\1-grams:
-2	<unk>	0
-99	<s>	-0.3
-0.9	</s>	0
-0.5	ab	-0.1
-0.9	b	-0.2
-1.3	a	-0.3

\2-grams:
-0.3	<s> ab	0
-0.2	ab b	0
-0.4	b </s>	0

\end\
)";

/// Log-probabilities of `frames` rows of `width`, sharper with `scale`.
std::vector<float> randomRows(std::size_t frames, std::size_t width, double scale, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<double> normal;
    std::vector<float> rows;
    for (std::size_t t = 0; t < frames; ++t) {
        std::vector<double> logits(width);
        double sum = 0;
        for (double& logit : logits) {
            logit = scale * normal(engine);
            sum += std::exp(logit);
        }
        for (const double logit : logits)
            rows.push_back(static_cast<float>(logit - std::log(sum)));
    }
    return rows;
}

/// log P of every text of tokens, over all its alignments.
std::map<Tokens, double> allTexts(const std::vector<float>& rows, std::size_t frames, std::size_t width) {
    std::map<Tokens, double> probabilities;
    std::vector<std::size_t> path(frames);
    while (true) {
        double logp = 0;
        Tokens text;
        for (std::size_t t = 0; t < frames; ++t) {
            logp += static_cast<double>(rows[t * width + path[t]]);
            if (path[t] != width - 1 && (t == 0 || path[t] != path[t - 1]))
                text.push_back(static_cast<std::int64_t>(path[t]));
        }
        probabilities[text] += std::exp(logp);
        std::size_t t = 0;
        while (t < frames && ++path[t] == width)
            path[t++] = 0;
        if (t == frames) break;
    }
    for (auto& [text, p] : probabilities)
        p = std::log(p);
    return probabilities;
}

/// What language model and bonus add to a text of characters of "ab ", written without the search.
double languageScore(const Tokens& text, const NgramModel* model, const BeamOptions& options) {
    std::vector<std::string> words{""};
    for (const std::int64_t token : text) {
        if (token == 2)
            words.emplace_back();
        else
            words.back() += token == 0 ? 'a' : 'b';
    }
    std::erase(words, "");
    double score = options.bonus * static_cast<double>(words.size());
    if (!model) return score;
    NgramState state = model->begin();
    for (const std::string& word : words) {
        score += options.languageWeight * model->score(state, model->id(word));
        if (model->id(word) == model->unknown()) score += options.languageWeight * options.unknownOffset;
    }
    return score + options.languageWeight * model->end(state);
}

const std::vector<BeamToken> kTokens{{"a", false}, {"b", false}, {"", true}};
BeamOptions exhaustive() {
    return {.beamSize = 100000, .tokenMinLogp = -1e9, .beamPruneLogp = -1e9, .alternatives = 50};
}

} // namespace

class CtcBeamSearchTest : public QObject {
    Q_OBJECT
    static void compare(const std::shared_ptr<const NgramModel>& model, const BeamOptions& options,
                        unsigned seed) {
        const std::size_t frames = 7;
        const auto rows = randomRows(frames, 4, 1.5, seed);
        std::vector<std::pair<double, Tokens>> expected;
        for (const auto& [text, logp] : allTexts(rows, frames, 4))
            expected.emplace_back(logp + languageScore(text, model.get(), options), text);
        std::ranges::sort(expected, std::greater<>());
        const auto found = CtcBeamSearch(kTokens, options, model).run(rows, frames);
        QCOMPARE(found.size(), std::size_t(50));
        for (std::size_t i = 0; i < found.size(); ++i) {
            QCOMPARE(found[i].tokens, expected[i].second);
            QVERIFY(std::abs(found[i].score - expected[i].first) < 1e-5);
        }
    }

private Q_SLOTS:
    void everyText_hasTheSumOfItsAlignments() {
        for (unsigned seed = 0; seed < 4; ++seed)
            compare(nullptr, exhaustive(), seed);
    }

    void languageModelAndBonus_areAdded() {
        const auto model = NgramModel::parse(kWords, "words.arpa");
        QVERIFY(model.has_value());
        for (unsigned seed = 0; seed < 4; ++seed) {
            BeamOptions options = exhaustive();
            options.languageWeight = 0.7;
            options.bonus = 1.3;
            options.unknownOffset = -2;
            compare(*model, options, seed);
        }
    }

    void aModelOfTokens_scoresTokens() {
        const auto model =
            NgramModel::parse("\\data\\\nngram 1=4\nngram 2=1\n\n\\1-grams:\n-9 <unk> 0\n-99 <s> 0\n"
                              "-0.3 d 0\n-0.6 e 0\n\n\\2-grams:\n-0.1 d e\n\n\\end\\\n",
                              "tokens.arpa");
        QVERIFY(model.has_value());
        const std::vector<std::string> pieces{"▁a", "b"};
        const auto words = tokenWords(**model, pieces, /*areSubwords=*/true); // 'd' is character 100
        QCOMPARE(words, (std::vector<WordId>{(*model)->id("d"), (*model)->id("e")}));
        const auto rows = randomRows(4, 3, 1, 9);
        BeamOptions options = exhaustive();
        options.bonus = 0.25;
        const CtcBeamSearch search({{"a", true}, {"b", false}}, options, *model, words);
        const auto texts = allTexts(rows, 4, 3);
        for (const BeamHypothesis& found : search.run(rows, 4)) {
            NgramState state = (*model)->begin();
            double expected = texts.at(found.tokens);
            for (const std::int64_t token : found.tokens)
                expected += 0.25 + (*model)->score(state, words[static_cast<std::size_t>(token)]);
            QVERIFY(std::abs(found.score - expected) < 1e-5);
        }
        const auto ofWords = NgramModel::parse(kWords, "words.arpa");
        QVERIFY(tokenWords(**ofWords, pieces, true).empty());
        const std::vector<std::string> characters{"a", "b", "c"};
        QVERIFY(tokenWords(**ofWords, characters, false).empty()); // it has the word "ab"
    }

    void aSmallBeam_findsWhatAllDo_whenOutputsAreSharp() {
        for (unsigned seed = 0; seed < 20; ++seed) {
            const auto rows = randomRows(60, 30, 4, seed);
            std::vector<BeamToken> tokens(29, {"x", false});
            const auto wide =
                CtcBeamSearch(tokens, {.beamSize = 200, .tokenMinLogp = -20, .beamPruneLogp = -50})
                    .run(rows, 60);
            const auto narrow = CtcBeamSearch(tokens, {.beamSize = 16}).run(rows, 60);
            QVERIFY2(narrow[0].score > wide[0].score - 1.5,
                     qPrintable(QString::number(narrow[0].score - wide[0].score)));
        }
    }

    void nothing_isAnEmptyText() {
        const auto found = CtcBeamSearch(kTokens, {}).run({}, 0);
        QCOMPARE(found.size(), std::size_t(1));
        QVERIFY(found[0].tokens.empty());
        const std::vector<float> impossible(4, -std::numeric_limits<float>::infinity());
        QCOMPARE(CtcBeamSearch(kTokens, {}).run(impossible, 1).size(), std::size_t(1));
        const std::vector<float> nan(8, std::numeric_limits<float>::quiet_NaN());
        QCOMPARE(CtcBeamSearch(kTokens, {.alternatives = 4}).run(nan, 2).size(), std::size_t(1));
    }

    /// Ten seconds at a stride of 40 ms, 1,024 tokens, a beam of 16: 50 ms on an idle core.
    void tenSeconds_areDecodedAtOnce() {
        const auto rows = randomRows(250, 1025, 3, 1);
        std::vector<BeamToken> tokens(1024, {"x", false});
        const CtcBeamSearch search(tokens, {.beamSize = 16});
        qint64 best = std::numeric_limits<qint64>::max();
        for (int i = 0; i < 5; ++i) {
            QElapsedTimer timer;
            timer.start();
            QVERIFY(!search.run(rows, 250).front().tokens.empty());
            best = std::min(best, timer.elapsed());
        }
        QVERIFY2(best < 250, qPrintable(QString::number(best)));
        qInfo("%lld ms", best);
    }
};

QTEST_GUILESS_MAIN(CtcBeamSearchTest)
#include "tst_ctc_beam_search.moc"
