// SPDX-License-Identifier: GPL-3.0-or-later
// Objects for torch.save: written, read back by our own reader, and compared.
#include "engine/archive/torch_file_writer.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>

using namespace fathom;
using namespace fathom::archive;
using namespace fathom::testing;

namespace {

Result<std::string> written(const TorchObject& object) {
    const auto writer = TorchFileWriter::prepare(object, "archive");
    if (!writer) return fail(writer.error());
    std::string text;
    const auto done = writer->write([&](std::span<const std::byte> bytes) -> Status {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    });
    if (!done) return fail(done.error());
    return text;
}

} // namespace

class TestTorchObject : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scalars_areWrittenAndRead();
};

void TestTorchObject::scalars_areWrittenAndRead() {
    const auto text = written(TorchObject::dict({
        {"epoch", 3},
        {"text", "x"},
        {7, TorchObject::list({1.5, nullptr, true})},
        {"sd", TorchObject::stateDict({makeTensor<float>("w", DType::Float32, {2}, {1, 2})}, {{"", 1}})},
        {"cfg",
         TorchObject::config(Value::Map{{"a", 1}, {"l", Value::List{1, "???", Value::Map{{"b", "${a}"}}}}})},
    }));
    VERIFY_RESULT(text);
    const auto checkpoint = parseText(*text);
    VERIFY_RESULT(checkpoint);
    QCOMPARE(checkpoint->root().find("epoch")->toInt(), std::optional<std::int64_t>(3));
}

QTEST_APPLESS_MAIN(TestTorchObject)
#include "tst_torch_object.moc"
