// SPDX-License-Identifier: GPL-3.0-or-later
// What several archive tests need.
#pragma once

#include "engine/archive/nemo.h"

#include <QString>
#include <QtTest>
#include <cstring>
#include <string>
#include <vector>

/// Evaluates its argument once.
#define VERIFY_RESULT(result)                                                                                \
    do {                                                                                                     \
        const auto& theResult = (result);                                                                    \
        QVERIFY2(theResult.has_value(), theResult ? "" : theResult.error().message().c_str());               \
    } while (false)

namespace fathom::testing {

inline std::string goldenFile(const QString& name) {
    return std::string(FATHOM_TEST_DATA "/nemo/") + name.toStdString();
}

/// A row for each golden archive, with its name without a suffix.
inline void goldenArchives() {
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"quartznet_char", "quartznet_char_bfloat16", "quartznet_char_float16", "quartznet_char_gz",
          "quartznet_char_legacypickle", "conformer_ctc_spe", "conformer_ctc_wpe", "mt_aayn_tiny",
          "text_classification_bert", "nested_artifacts"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

/// A tensor over a copy of `values`.
template <class T>
archive::Tensor makeTensor(std::string name, archive::DType dtype, std::vector<std::int64_t> shape,
                           const std::vector<T>& values) {
    auto owner = std::make_shared<const std::vector<T>>(values);
    archive::Tensor tensor;
    tensor.name = std::move(name);
    tensor.dtype = dtype;
    tensor.shape = std::move(shape);
    tensor.stride = archive::contiguousStride(tensor.shape);
    tensor.bytes = std::as_bytes(std::span(*owner));
    tensor.owner = owner;
    return tensor;
}

inline Result<archive::Checkpoint> parseText(const std::string& text) {
    auto owner = std::make_shared<const std::string>(text);
    return archive::Checkpoint::parse(std::as_bytes(std::span(owner->data(), owner->size())), owner,
                                      "test.ckpt");
}

} // namespace fathom::testing
