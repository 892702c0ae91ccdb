// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/attention.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

using namespace fathom::kernels;

namespace {

using Floats = std::vector<float>;

struct Problem {
    PackedAttention attention{};
    std::int64_t queryRows = 0;
    std::int64_t keyRows = 0;
    Floats query{}, key{}, value{}, gradOut{};

    [[nodiscard]] std::size_t width() const {
        return static_cast<std::size_t>(attention.heads * attention.headSize);
    }
};

Problem problem(std::int64_t headSize, bool firstOnly, float dropout, Isa isa) {
    Problem p;
    p.attention = {.heads = 3, .headSize = headSize, .dropout = dropout, .seed = 77, .isa = isa};
    std::int64_t weight = 0;
    for (const std::int64_t length : {5, 1, 17, 40, 33}) {
        const std::int64_t queries = firstOnly ? 1 : length;
        p.attention.sequences.push_back({p.queryRows, queries, p.keyRows, length, weight});
        p.queryRows += queries;
        p.keyRows += length;
        weight += p.attention.heads * queries * length;
    }
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    for (auto [values, rows] : {std::pair{&p.query, p.queryRows},
                                {&p.key, p.keyRows},
                                {&p.value, p.keyRows},
                                {&p.gradOut, p.queryRows}}) {
        values->resize(static_cast<std::size_t>(rows) * p.width());
        for (float& value : *values)
            value = normal(random);
    }
    return p;
}

struct Result {
    Floats out{}, weights{};
};

Result run(const Problem& p) {
    Result result{Floats(p.query.size()), Floats(static_cast<std::size_t>(p.attention.weights()))};
    attentionForward(p.attention, p.query.data(), p.key.data(), p.value.data(), result.weights.data(),
                     result.out.data(), serialFor);
    return result;
}

/// The formula in double, without dropout.
std::vector<double> reference(const Problem& p) {
    std::vector<double> out(p.query.size());
    const auto size = static_cast<std::size_t>(p.attention.headSize);
    for (const AttentionSpan& span : p.attention.sequences)
        for (std::size_t h = 0; h < 3; ++h)
            for (std::int64_t i = 0; i < span.queries; ++i) {
                const std::size_t q = static_cast<std::size_t>(span.firstQuery + i) * p.width() + h * size;
                std::vector<double> weights;
                double total = 0;
                for (std::int64_t j = 0; j < span.keys; ++j) {
                    const std::size_t k = static_cast<std::size_t>(span.firstKey + j) * p.width() + h * size;
                    double dot = 0;
                    for (std::size_t c = 0; c < size; ++c)
                        dot += double{p.query[q + c]} * double{p.key[k + c]};
                    weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(size))));
                    total += weights.back();
                }
                for (std::int64_t j = 0; j < span.keys; ++j) {
                    const std::size_t k = static_cast<std::size_t>(span.firstKey + j) * p.width() + h * size;
                    for (std::size_t c = 0; c < size; ++c)
                        out[q + c] += weights[static_cast<std::size_t>(j)] / total * double{p.value[k + c]};
                }
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
    QTest::addColumn<bool>("firstOnly");
    for (const Isa isa : {Isa::Portable, Isa::Avx2, Isa::Avx512})
        for (const int size : {12, 32})
            for (const bool first : {false, true})
                if (supports(isa))
                    QTest::addRow("isa %d, size %d, %s", static_cast<int>(isa), size, first ? "first" : "all")
                        << static_cast<int>(isa) << size << first;
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
};

void TestAttention::forward_isTheFormula() {
    QFETCH(int, isa);
    QFETCH(int, headSize);
    QFETCH(bool, firstOnly);
    const Problem p = problem(headSize, firstOnly, 0, static_cast<Isa>(isa));
    const Result got = run(p);
    const std::vector<double> want = reference(p);
    for (std::size_t i = 0; i < want.size(); ++i)
        QVERIFY(std::abs(double{got.out[i]} - want[i]) < 2e-5);
    Floats evaluated(got.out.size());
    attentionForward(p.attention, p.query.data(), p.key.data(), p.value.data(), nullptr, evaluated.data(),
                     serialFor);
    QCOMPARE(evaluated, got.out);
}

/// Along a random direction the loss Σ out · gradOut changes as the gradients say; dropout draws the same.
void TestAttention::backward_isTheSlope() {
    QFETCH(int, isa);
    QFETCH(int, headSize);
    QFETCH(bool, firstOnly);
    Problem p = problem(headSize, firstOnly, 0.25F, static_cast<Isa>(isa));
    const Result at = run(p);
    Floats query(p.query.size()), key(p.key.size()), value(p.value.size());
    attentionBackward(p.attention,
                      {p.query.data(), p.key.data(), p.value.data(), at.weights.data(), p.gradOut.data()},
                      {query.data(), key.data(), value.data()}, serialFor);
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
    Problem p = problem(32, false, 0.25F, bestIsa());
    std::ranges::fill(p.value, 1.0F); // then each result is the sum of its weights
    const Result got = run(p);
    const double mean =
        std::accumulate(got.out.begin(), got.out.end(), 0.0) / static_cast<double>(got.out.size());
    QVERIFY2(std::abs(mean - 1) < 0.05, qPrintable(QString::number(mean)));
    QCOMPARE(run(p).out, got.out);
    p.attention.seed = 78;
    QVERIFY(run(p).out != got.out);
}

QTEST_GUILESS_MAIN(TestAttention)
#include "tst_attention.moc"
