// SPDX-License-Identifier: Apache-2.0
// The loops of token_rows.h for any vector width; included after correlate_loops.h and norm_rows_loops.h,
// whose vectors and hash it uses, and for the same reasons: see there.
#include "engine/kernels/token_rows.h"

namespace fathom::kernels {
namespace {

/// eˣ for x ≤ 0, to the last bit or two (the polynomial of Cephes' expf).
inline float exponential(float x) {
    x = x < -87.0F ? -87.0F : x;
    constexpr float kRound = 12582912.0F; // 1.5 · 2²³: adding it rounds to a whole number
    const float shifted = x * 1.44269504F + kRound;
    const float n = shifted - kRound;
    const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    float y = 1.9875691500e-4F;
    y = y * r + 1.3981999507e-3F;
    y = y * r + 8.3334519073e-3F;
    y = y * r + 4.1665795894e-2F;
    y = y * r + 1.6666665459e-1F;
    y = y * r + 5.0000001201e-1F;
    y = y * (r * r) + r + 1.0F;
    // n stands in the last bits of `shifted`; a cast would be undefined for NaN, which y stays.
    const std::int32_t whole = __builtin_bit_cast(std::int32_t, shifted) - 0x4B400000;
    const std::int32_t power = (whole + 127) << 23;
    return y * __builtin_bit_cast(float, power);
}

inline float total(Vector v) {
    float sum = 0;
    for (std::ptrdiff_t lane = 0; lane < kWidth; ++lane)
        sum += v[lane];
    return sum;
}

inline float dot(const float* a, const float* b, std::ptrdiff_t count) {
    Vector sums[2] = {};
    std::ptrdiff_t t = 0;
    for (; t + 2 * kWidth <= count; t += 2 * kWidth) {
        sums[0] += load(a + t) * load(b + t);
        sums[1] += load(a + t + kWidth) * load(b + t + kWidth);
    }
    for (; t + kWidth <= count; t += kWidth)
        sums[0] += load(a + t) * load(b + t);
    float sum = total(sums[0] + sums[1]);
    for (; t < count; ++t)
        sum += a[t] * b[t];
    return sum;
}

inline float sumOfRow(const float* row, std::ptrdiff_t count) {
    Vector sums = {};
    std::ptrdiff_t t = 0;
    for (; t + kWidth <= count; t += kWidth)
        sums += load(row + t);
    float sum = total(sums);
    for (; t < count; ++t)
        sum += row[t];
    return sum;
}

inline float greatest(const float* row, std::ptrdiff_t count) {
    float best = row[0];
    std::ptrdiff_t t = 0;
    if (count >= kWidth) {
        Vector most = load(row);
        for (t = kWidth; t + kWidth <= count; t += kWidth) {
            const Vector v = load(row + t);
            most = v > most ? v : most;
        }
        for (std::ptrdiff_t lane = 0; lane < kWidth; ++lane)
            best = most[lane] > best ? most[lane] : best;
    }
    for (; t < count; ++t)
        best = row[t] > best ? row[t] : best;
    return best;
}

/// Elements of a matrix that may be read transposed.
struct Operand {
    const float* data;
    std::ptrdiff_t row;    ///< floats from one row to the next
    std::ptrdiff_t column; ///< and from one column to the next
};

template <int Rows, int Vectors>
inline void multiplyBlock(Operand a, MatrixView b, MutableMatrixView c, std::ptrdiff_t depth) {
    Vector sums[Rows][Vectors] = {};
    for (std::ptrdiff_t k = 0; k < depth; ++k) {
        Vector right[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            right[v] = load(b.data + k * b.rowStride + v * kWidth);
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r) {
            const float left = a.data[r * a.row + k * a.column];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v)
                sums[r][v] += left * right[v];
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            store(c.data + r * c.rowStride + v * kWidth, sums[r][v]);
}

template <int Rows>
inline void multiplyRows(Operand a, MatrixView b, MutableMatrixView c, std::ptrdiff_t columns,
                         std::ptrdiff_t depth) {
    std::ptrdiff_t n = 0;
    for (; n + 2 * kWidth <= columns; n += 2 * kWidth)
        multiplyBlock<Rows, 2>(a, {b.data + n, b.rowStride}, {c.data + n, c.rowStride}, depth);
    for (; n + kWidth <= columns; n += kWidth)
        multiplyBlock<Rows, 1>(a, {b.data + n, b.rowStride}, {c.data + n, c.rowStride}, depth);
    for (; n < columns; ++n) {
        for (int r = 0; r < Rows; ++r) {
            float sum = 0;
            for (std::ptrdiff_t k = 0; k < depth; ++k)
                sum += a.data[r * a.row + k * a.column] * b.data[k * b.rowStride + n];
            c.data[r * c.rowStride + n] = sum;
        }
    }
}

/// c [rows, columns] = a [rows, depth] · b [depth, columns].
inline void multiply(Operand a, MatrixView b, MutableMatrixView c, std::ptrdiff_t rows,
                     std::ptrdiff_t columns, std::ptrdiff_t depth) {
    std::ptrdiff_t m = 0;
    for (; m + 4 <= rows; m += 4)
        multiplyRows<4>({a.data + m * a.row, a.row, a.column}, b, {c.data + m * c.rowStride, c.rowStride},
                        columns, depth);
    for (; m < rows; ++m)
        multiplyRows<1>({a.data + m * a.row, a.row, a.column}, b, {c.data + m * c.rowStride, c.rowStride},
                        columns, depth);
}

/// [rows, columns] to [columns, padded] with zeros behind each row.
inline void transpose(MatrixView from, std::ptrdiff_t rows, std::ptrdiff_t columns, float* to,
                      std::ptrdiff_t padded) {
    for (std::ptrdiff_t c = 0; c < columns; ++c) {
        float* row = to + c * padded;
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            row[r] = from.data[r * from.rowStride + c];
        for (std::ptrdiff_t r = rows; r < padded; ++r)
            row[r] = 0;
    }
}

/// row = softmax(scale · row) on `seen` elements, zeros up to `padded`.
inline void softmaxRow(float* row, std::ptrdiff_t seen, std::ptrdiff_t padded, float scale) {
    const float most = greatest(row, seen) * scale;
    for (std::ptrdiff_t t = 0; t < seen; ++t)
        row[t] = exponential(row[t] * scale - most);
    const float factor = 1 / sumOfRow(row, seen);
    for (std::ptrdiff_t t = 0; t < seen; ++t)
        row[t] *= factor;
    for (std::ptrdiff_t t = seen; t < padded; ++t)
        row[t] = 0;
}

/// to = from · (0 or the dropout's scale); the row's elements are numbered from `first` on.
void drop(const float* from, float* to, std::ptrdiff_t count, const RowDropout& dropout,
          std::uint32_t first) {
    const RowDropout d = dropout;
    for (std::ptrdiff_t t = 0; t < count; ++t) {
        const std::uint32_t draw = hashed(first + static_cast<std::uint32_t>(t), d.seed[0], d.seed[1]);
        to[t] = draw >= d.threshold ? from[t] * d.scale : 0.0F;
    }
}

inline std::uint32_t firstOf(const HeadShape& head, std::ptrdiff_t query) {
    return head.dropout.first + static_cast<std::uint32_t>(query * head.padded);
}

void attend(const HeadShape& head, MatrixView q, MatrixView k, MatrixView v, float* probabilities,
            MutableMatrixView out, float* scratch) {
    const std::ptrdiff_t padded = head.padded;
    float* transposed = scratch;
    float* dropped = scratch + head.size * padded;
    transpose(k, head.keys, head.size, transposed, padded);
    multiply({q.data, q.rowStride, 1}, {transposed, padded}, {probabilities, padded}, head.queries, padded,
             head.size);
    const bool drops = head.dropout.threshold != 0;
    for (std::ptrdiff_t i = 0; i < head.queries; ++i) {
        float* row = probabilities + i * padded;
        const std::ptrdiff_t seen = head.causal && i + 1 < head.keys ? i + 1 : head.keys;
        softmaxRow(row, seen, padded, head.scale);
        if (drops) drop(row, dropped + i * padded, padded, head.dropout, firstOf(head, i));
    }
    multiply({drops ? dropped : probabilities, padded, 1}, v, out, head.queries, head.size, head.keys);
}

void attendBackward(const HeadShape& head, MatrixView q, MatrixView k, MatrixView v,
                    const float* probabilities, MatrixView gradOut, MutableMatrixView gradQ,
                    MutableMatrixView gradK, MutableMatrixView gradV, float* scratch) {
    const std::ptrdiff_t padded = head.padded;
    float* transposed = scratch;
    float* gradScores = scratch + head.size * padded;
    float* dropped = gradScores + head.queries * padded;
    const bool drops = head.dropout.threshold != 0;
    transpose(v, head.keys, head.size, transposed, padded);
    multiply({gradOut.data, gradOut.rowStride, 1}, {transposed, padded}, {gradScores, padded}, head.queries,
             padded, head.size);
    for (std::ptrdiff_t i = 0; i < head.queries; ++i) {
        const float* p = probabilities + i * padded;
        float* g = gradScores + i * padded;
        if (drops) {
            drop(p, dropped + i * padded, padded, head.dropout, firstOf(head, i));
            drop(g, g, padded, head.dropout, firstOf(head, i));
        }
        const float mean = dot(g, p, padded);
        for (std::ptrdiff_t t = 0; t < padded; ++t)
            g[t] = p[t] * (g[t] - mean) * head.scale;
    }
    multiply({gradScores, padded, 1}, k, gradQ, head.queries, head.size, head.keys);
    multiply({gradScores, 1, padded}, q, gradK, head.keys, head.size, head.queries);
    multiply({drops ? dropped : probabilities, 1, padded}, gradOut, gradV, head.keys, head.size,
             head.queries);
}

void attendOne(const float* q, MatrixView k, MatrixView v, const std::int32_t* rows, std::ptrdiff_t count,
               std::ptrdiff_t size, float scale, float* out, float* scratch) {
    for (std::ptrdiff_t i = 0; i < count; ++i)
        scratch[i] = dot(q, k.data + (rows ? rows[i] : i) * k.rowStride, size);
    softmaxRow(scratch, count, count, scale);
    for (std::ptrdiff_t c = 0; c < size; ++c)
        out[c] = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const float* value = v.data + (rows ? rows[i] : i) * v.rowStride;
        const float p = scratch[i];
        for (std::ptrdiff_t c = 0; c < size; ++c)
            out[c] += p * value[c];
    }
}

float residualNorm(const float* x, const float* branch, const RowDropout& dropout, const float* weight,
                   const float* bias, float eps, std::ptrdiff_t count, float* normalised, float* y) {
    if (branch && dropout.threshold != 0) {
        drop(branch, normalised, count, dropout, dropout.first);
        for (std::ptrdiff_t t = 0; t < count; ++t)
            normalised[t] += x[t];
    } else if (branch) {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            normalised[t] = x[t] + branch[t];
    } else {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            normalised[t] = x[t];
    }
    const float mean = static_cast<float>(sum(normalised, count) / static_cast<double>(count));
    const double variance = squares(normalised, count, mean) / static_cast<double>(count);
    const float rstd = static_cast<float>(1 / __builtin_sqrt(variance + static_cast<double>(eps)));
    for (std::ptrdiff_t t = 0; t < count; ++t) {
        const float n = (normalised[t] - mean) * rstd;
        normalised[t] = n;
        y[t] = n * weight[t] + bias[t];
    }
    return rstd;
}

void residualNormBackward(const float* gradY, const float* normalised, float rstd, const float* weight,
                          const RowDropout& dropout, std::ptrdiff_t count, float* gradX, float* gradBranch,
                          float* gradWeight, float* gradBias) {
    for (std::ptrdiff_t t = 0; t < count; ++t) {
        gradX[t] = gradY[t] * weight[t];
        gradWeight[t] += gradY[t] * normalised[t];
        gradBias[t] += gradY[t];
    }
    const auto n = static_cast<float>(count);
    const float mean = sumOfRow(gradX, count) / n;
    const float slope = dot(gradX, normalised, count) / n;
    for (std::ptrdiff_t t = 0; t < count; ++t)
        gradX[t] = rstd * (gradX[t] - mean - normalised[t] * slope);
    if (gradBranch) drop(gradX, gradBranch, count, dropout, dropout.first);
}

float crossEntropy(float* logits, std::ptrdiff_t classes, std::ptrdiff_t label, float smoothing,
                   float gradScale) {
    const float most = greatest(logits, classes);
    const float target = logits[label];
    const double mean = smoothing == 0 ? 0.0 : sum(logits, classes) / static_cast<double>(classes);
    double exponentials = 0;
    if (gradScale == 0) {
        exponentials = sumOf(classes, [=](std::ptrdiff_t t) { return exponential(logits[t] - most); });
    } else {
        for (std::ptrdiff_t t = 0; t < classes; ++t)
            logits[t] = exponential(logits[t] - most);
        exponentials = sum(logits, classes);
        const float factor = static_cast<float>(static_cast<double>(gradScale) / exponentials);
        const float share = gradScale * smoothing / static_cast<float>(classes);
        for (std::ptrdiff_t t = 0; t < classes; ++t)
            logits[t] = logits[t] * factor - share;
        logits[label] -= gradScale * (1 - smoothing);
    }
    const double normaliser = static_cast<double>(most) + __builtin_log(exponentials);
    const double likely = static_cast<double>(target) - normaliser;
    const double smooth = smoothing == 0 ? 0.0 : mean - normaliser;
    return static_cast<float>(
        -((1 - static_cast<double>(smoothing)) * likely + static_cast<double>(smoothing) * smooth));
}

} // namespace
} // namespace fathom::kernels
