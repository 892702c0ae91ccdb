// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/token_attention.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

using namespace fathom::kernels;

namespace {

using Floats = std::vector<float>;

struct Problem {
    TokenAttention attention{}; ///< its spans are those below
    std::vector<TokenSpan> queries{}, keys{};
    std::int64_t queryRows = 0;
    std::int64_t keyRows = 0;
    Floats query{}, key{}, value{}, gradOut{};

    [[nodiscard]] std::int64_t width() const { return attention.heads * attention.headSize; }
    [[nodiscard]] TokenAttention shape() const {
        TokenAttention shape = attention;
        shape.queries = queries;
        shape.keys = keys;
        return shape;
    }
    [[nodiscard]] TokenAttentionInputs inputs() const {
        return {{query.data(), width()}, {key.data(), width()}, {value.data(), width()}};
    }
};

/// Which keys a query sees.
enum class Seen { All, Causal, AllByFirst };

Problem problem(std::int64_t headSize, Seen seen, float dropout, Isa isa) {
    Problem p;
    p.attention = {.heads = 3,
                   .headSize = headSize,
                   .causal = seen == Seen::Causal,
                   .dropout = dropout,
                   .seed = 77,
                   .isa = isa};
    for (const std::int64_t length : {5, 1, 17, 40, 33}) {
        const std::int64_t queries = seen == Seen::AllByFirst ? 1 : length;
        p.queries.push_back({p.queryRows, queries});
        p.keys.push_back({p.keyRows, length});
        p.queryRows += queries;
        p.keyRows += length;
    }
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    for (auto [values, rows] : {std::pair{&p.query, p.queryRows},
                                {&p.key, p.keyRows},
                                {&p.value, p.keyRows},
                                {&p.gradOut, p.queryRows}}) {
        values->resize(static_cast<std::size_t>(rows * p.width()));
        for (float& value : *values)
            value = normal(random);
    }
    return p;
}

struct Result {
    Floats out{}, probabilities{};
};

Result run(const Problem& p) {
    const TokenAttention shape = p.shape();
    Result result{Floats(p.query.size()), Floats(static_cast<std::size_t>(shape.probabilityCount()))};
    tokenAttentionForward(shape, p.inputs(), result.probabilities.data(), {result.out.data(), p.width()},
                          serialFor);
    return result;
}

/// The formula in double, without dropout.
std::vector<double> reference(const Problem& p) {
    std::vector<double> out(p.query.size());
    const std::int64_t size = p.attention.headSize;
    const auto at = [&](const Floats& rows, std::int64_t row, std::int64_t column) {
        return double{rows[static_cast<std::size_t>(row * p.width() + column)]};
    };
    for (std::size_t s = 0; s < p.queries.size(); ++s)
        for (std::int64_t first = 0; first < p.width(); first += size)
            for (std::int64_t i = 0; i < p.queries[s].count; ++i) {
                const std::int64_t row = p.queries[s].begin + i;
                const std::int64_t seen = p.attention.causal ? i + 1 : p.keys[s].count;
                std::vector<double> weights;
                double total = 0;
                for (std::int64_t j = 0; j < seen; ++j) {
                    double dot = 0;
                    for (std::int64_t c = first; c < first + size; ++c)
                        dot += at(p.query, row, c) * at(p.key, p.keys[s].begin + j, c);
                    weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(size))));
                    total += weights.back();
                }
                for (std::int64_t j = 0; j < seen; ++j)
                    for (std::int64_t c = first; c < first + size; ++c)
                        out[static_cast<std::size_t>(row * p.width() + c)] +=
                            weights[static_cast<std::size_t>(j)] / total *
                            at(p.value, p.keys[s].begin + j, c);
            }
    return out;
}

double product(const Floats& a, const Floats& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += double{a[i]} * double{b[i]};
    return sum;
}

void addCases() {
    QTest::addColumn<int>("isa");
    QTest::addColumn<int>("headSize");
    QTest::addColumn<int>("seen");
    for (const Isa isa : {Isa::Portable, Isa::Avx2, Isa::Avx512})
        for (const int size : {12, 32})
            for (const Seen seen : {Seen::All, Seen::Causal, Seen::AllByFirst})
                if (supports(isa))
                    QTest::addRow("isa %d, size %d, seen %d", static_cast<int>(isa), size,
                                  static_cast<int>(seen))
                        << static_cast<int>(isa) << size << static_cast<int>(seen);
}

} // namespace

class TestAttention : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void forward_isTheFormula_data() { addCases(); }
    void forward_isTheFormula();
    void backward_isTheSlope_data() { addCases(); }
    void backward_isTheSlope();
    void dropout_leavesOutItsShare();
    void aNan_staysInItsQuery_data() { addCases(); }
    void aNan_staysInItsQuery();
};

void TestAttention::forward_isTheFormula() {
    QFETCH(int, isa);
    QFETCH(int, headSize);
    QFETCH(int, seen);
    const Problem p = problem(headSize, static_cast<Seen>(seen), 0, static_cast<Isa>(isa));
    const Result got = run(p);
    const std::vector<double> want = reference(p);
    for (std::size_t i = 0; i < want.size(); ++i)
        QVERIFY(std::abs(double{got.out[i]} - want[i]) < 2e-5);
}

/// Along a random direction the loss Σ out · gradOut changes as the gradients say; dropout draws the same.
void TestAttention::backward_isTheSlope() {
    QFETCH(int, isa);
    QFETCH(int, headSize);
    QFETCH(int, seen);
    Problem p = problem(headSize, static_cast<Seen>(seen), 0.25F, static_cast<Isa>(isa));
    const Result at = run(p);
    Floats query(p.query.size()), key(p.key.size()), value(p.value.size());
    tokenAttentionBackward(p.shape(), p.inputs(), at.probabilities.data(), {p.gradOut.data(), p.width()},
                           {{query.data(), p.width()}, {key.data(), p.width()}, {value.data(), p.width()}},
                           serialFor);
    std::mt19937 random(9);
    std::normal_distribution<float> normal;
    for (auto [values, gradient] : {std::pair{&p.query, &query}, {&p.key, &key}, {&p.value, &value}}) {
        Floats direction(values->size());
        for (float& one : direction)
            one = normal(random);
        const Floats before = *values;
        const auto lossAt = [&](float step) {
            for (std::size_t i = 0; i < values->size(); ++i)
                (*values)[i] = before[i] + step * direction[i];
            return product(run(p).out, p.gradOut);
        };
        constexpr float kStep = 2e-3F;
        const double slope = (lossAt(kStep) - lossAt(-kStep)) / (2 * double{kStep});
        *values = before;
        const double want = product(*gradient, direction);
        QVERIFY2(std::abs(slope - want) < 2e-2 * std::max(1.0, std::abs(want)),
                 qPrintable(QStringLiteral("%1 %2").arg(slope).arg(want)));
    }
}

void TestAttention::dropout_leavesOutItsShare() {
    Problem p = problem(32, Seen::All, 0.25F, bestIsa());
    std::ranges::fill(p.value, 1.0F); // then each result is the sum of its weights
    const Result got = run(p);
    const double mean =
        std::accumulate(got.out.begin(), got.out.end(), 0.0) / static_cast<double>(got.out.size());
    QVERIFY2(std::abs(mean - 1) < 0.05, qPrintable(QString::number(mean)));
    QCOMPARE(run(p).out, got.out);
    p.attention.seed = 78;
    QVERIFY(run(p).out != got.out);
}

void TestAttention::aNan_staysInItsQuery() {
    QFETCH(int, isa);
    QFETCH(int, headSize);
    QFETCH(int, seen);
    Problem p = problem(headSize, static_cast<Seen>(seen), 0, static_cast<Isa>(isa));
    const Floats clean = run(p).out;
    p.query[static_cast<std::size_t>(2 * p.width())] = std::numeric_limits<float>::quiet_NaN();
    const Floats out = run(p).out;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i) - 2 * p.width();
        if (at >= 0 && at < headSize)
            QVERIFY(std::isnan(out[i]));
        else
            QCOMPARE(out[i], clean[i]);
    }
}

QTEST_GUILESS_MAIN(TestAttention)
#include "tst_attention.moc"
