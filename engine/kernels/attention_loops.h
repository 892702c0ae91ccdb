// SPDX-License-Identifier: Apache-2.0
// The loops of attention.h, for the instruction set of the file that includes this after correlate_loops.h
// and norm_rows_loops.h: see there for why all of it has internal linkage.
#include "engine/kernels/attention_loops_table.h"

namespace fathom::kernels {
namespace {

/// Rows `row`, columns `column`: element (r, c) is at data[r · row + c · column].
struct Left {
    const float* data;
    std::ptrdiff_t row, column;
};

/// The right side of a product; rows are `row` floats apart.
struct Right {
    const float* data;
    std::ptrdiff_t row;
    bool padded; ///< a vector may be read where less of a row is left
};

/// `Rows` rows and `Count` vectors of columns of a product, which stay in registers.
template <int Rows, int Count>
inline void productBlock(const Left& a, const float* b, std::ptrdiff_t bRow, std::ptrdiff_t depth, float* out,
                         std::ptrdiff_t outRow) {
    Vector sums[Rows][Count] = {};
    for (std::ptrdiff_t t = 0; t < depth; ++t) {
        Vector columns[Count];
#pragma GCC unroll 2
        for (int v = 0; v < Count; ++v)
            columns[v] = load(b + t * bRow + v * kWidth);
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r) {
            const float factor = a.data[r * a.row + t * a.column];
#pragma GCC unroll 2
            for (int v = 0; v < Count; ++v)
                sums[r][v] += factor * columns[v];
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < Count; ++v)
            store(out + r * outRow + v * kWidth, sums[r][v]);
}

/// Fewer columns than a vector has.
template <int Rows>
inline void productTail(const Left& a, const Right& b, std::ptrdiff_t column, std::ptrdiff_t depth,
                        float* out, std::ptrdiff_t outRow, std::ptrdiff_t columns) {
    float sums[Rows * kWidth] = {};
    if (b.padded) {
        productBlock<Rows, 1>(a, b.data + column, b.row, depth, sums, kWidth);
    } else {
        for (std::ptrdiff_t t = 0; t < depth; ++t)
            for (int r = 0; r < Rows; ++r)
                for (std::ptrdiff_t c = 0; c < columns; ++c)
                    sums[r * kWidth + c] += a.data[r * a.row + t * a.column] * b.data[t * b.row + column + c];
    }
    for (int r = 0; r < Rows; ++r)
        for (std::ptrdiff_t c = 0; c < columns; ++c)
            out[r * outRow + c] = sums[r * kWidth + c];
}

template <int Rows>
void productRows(const Left& a, const Right& b, std::ptrdiff_t depth, float* out, std::ptrdiff_t outRow,
                 std::ptrdiff_t columns) {
    std::ptrdiff_t c = 0;
    for (; c + 2 * kWidth <= columns; c += 2 * kWidth)
        productBlock<Rows, 2>(a, b.data + c, b.row, depth, out + c, outRow);
    for (; c + kWidth <= columns; c += kWidth)
        productBlock<Rows, 1>(a, b.data + c, b.row, depth, out + c, outRow);
    if (c < columns) productTail<Rows>(a, b, c, depth, out + c, outRow, columns - c);
}

/// out [rows, columns] = a [rows, depth] · b [depth, columns]
void product(const Left& a, const Right& b, std::ptrdiff_t depth, float* out, std::ptrdiff_t outRow,
             std::ptrdiff_t rows, std::ptrdiff_t columns) {
    std::ptrdiff_t r = 0;
    for (; r + 4 <= rows; r += 4)
        productRows<4>({a.data + r * a.row, a.row, a.column}, b, depth, out + r * outRow, outRow, columns);
    for (; r < rows; ++r)
        productRows<1>({a.data + r * a.row, a.row, a.column}, b, depth, out + r * outRow, outRow, columns);
}

/// eˣ for x ≤ 0, to the last bit or two (the polynomial of Cephes' expf).
inline float exponential(float x) {
    x = x < -87.0F ? -87.0F : x;
    constexpr float kRound = 12582912.0F; // 1.5 · 2²³: adding it rounds to a whole number
    const float n = (x * 1.44269504F + kRound) - kRound;
    const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    float y = 1.9875691500e-4F;
    y = y * r + 1.3981999507e-3F;
    y = y * r + 8.3334519073e-3F;
    y = y * r + 4.1665795894e-2F;
    y = y * r + 1.6666665459e-1F;
    y = y * r + 5.0000001201e-1F;
    y = y * (r * r) + r + 1.0F;
    const std::int32_t power = (static_cast<std::int32_t>(n) + 127) << 23;
    return y * __builtin_bit_cast(float, power);
}

/// row = softmax(row · scale)
inline void softmaxRow(float* row, std::ptrdiff_t count, float scale) {
    float most = row[0];
    for (std::ptrdiff_t j = 1; j < count; ++j)
        most = row[j] > most ? row[j] : most;
    for (std::ptrdiff_t j = 0; j < count; ++j)
        row[j] = exponential((row[j] - most) * scale);
    float total = 0;
    for (std::ptrdiff_t j = 0; j < count; ++j)
        total += row[j];
    const float share = 1.0F / total;
    for (std::ptrdiff_t j = 0; j < count; ++j)
        row[j] *= share;
}

/// out = what dropout leaves of the weights, whose first has the number head.firstWeight.
inline void dropWeights(const AttentionHead& head, const float* weights, float* out, std::ptrdiff_t count) {
    const AttentionHead h = head;
    for (std::ptrdiff_t t = 0; t < count; ++t) {
        const std::uint32_t draw =
            hashed(h.firstWeight + static_cast<std::uint32_t>(t), h.seed[0], h.seed[1]);
        out[t] = draw >= h.threshold ? weights[t] * h.kept : 0.0F;
    }
}

/// [keys, size] with rows `stride` apart as [size, padded].
inline void transposed(const AttentionHead& head, const float* rows, float* out, std::ptrdiff_t padded) {
    for (std::ptrdiff_t j = 0; j < head.keys; ++j)
        for (std::ptrdiff_t c = 0; c < head.size; ++c)
            out[c * padded + j] = rows[j * head.stride + c];
}

void forwardHead(const AttentionHead& head, const float* query, const float* key, const float* value,
                 float* weights, float* out) {
    const std::ptrdiff_t padded = (head.keys + 15) / 16 * 16;
    const std::ptrdiff_t count = head.queries * head.keys;
    float* const keysAcross = head.scratch;
    float* const scores = weights ? weights : head.scratch + head.size * padded;
    transposed(head, key, keysAcross, padded);
    product({query, head.stride, 1}, {keysAcross, padded, true}, head.size, scores, head.keys, head.queries,
            head.keys);
    for (std::ptrdiff_t i = 0; i < head.queries; ++i)
        softmaxRow(scores + i * head.keys, head.keys, head.scale);
    const float* used = scores;
    if (head.threshold != 0) {
        float* const dropped = head.scratch + head.size * padded + count;
        dropWeights(head, scores, dropped, count);
        used = dropped;
    }
    product({used, head.keys, 1}, {value, head.stride, false}, head.keys, out, head.stride, head.queries,
            head.size);
}

void backwardHead(const AttentionHead& head, const AttentionInputs& in, const AttentionGradients& out) {
    const std::ptrdiff_t padded = (head.keys + 15) / 16 * 16;
    const std::ptrdiff_t count = head.queries * head.keys;
    float* const across = head.scratch;
    float* const slopes = across + head.size * padded; // of the weights, then of the scores
    const float* used = in.weights;
    transposed(head, in.value, across, padded);
    product({in.gradOut, head.stride, 1}, {across, padded, true}, head.size, slopes, head.keys, head.queries,
            head.keys);
    if (head.threshold != 0) {
        float* const dropped = slopes + count;
        dropWeights(head, in.weights, dropped, count);
        dropWeights(head, slopes, slopes, count);
        used = dropped;
    }
    product({used, 1, head.keys}, {in.gradOut, head.stride, false}, head.queries, out.value, head.stride,
            head.keys, head.size);
    for (std::ptrdiff_t i = 0; i < head.queries; ++i) {
        float* const slope = slopes + i * head.keys;
        const float* const weight = in.weights + i * head.keys;
        float mean = 0;
        for (std::ptrdiff_t j = 0; j < head.keys; ++j)
            mean += slope[j] * weight[j];
        for (std::ptrdiff_t j = 0; j < head.keys; ++j)
            slope[j] = (slope[j] - mean) * weight[j] * head.scale;
    }
    product({slopes, head.keys, 1}, {in.key, head.stride, false}, head.keys, out.query, head.stride,
            head.queries, head.size);
    product({slopes, 1, head.keys}, {in.query, head.stride, false}, head.queries, out.key, head.stride,
            head.keys, head.size);
}

} // namespace
} // namespace fathom::kernels
