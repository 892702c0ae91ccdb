// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the Nth system call of writing fail, for every N: the old file stays whole and nothing is left beside
// it. write, fsync and rename of this program are the ones below; the C library's are reached by syscall.
#include "engine/archive/nemo_save.h"
#include "engine/archive/npy.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QDir>
#include <QTemporaryDir>
#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// Counted only while armed, on the one thread that the test has.
bool armed = false;
int callsUntilFailure = 0;
int failure = ENOSPC;
bool isLasting = true; // whether all calls after the first that fails do too

bool failsNow() {
    if (!armed || callsUntilFailure-- > 0) return false;
    if (!isLasting) armed = false;
    errno = failure;
    return true;
}

} // namespace

extern "C" ssize_t write(int fd, const void* data, size_t size) {
    if (failsNow()) return -1;
    return syscall(SYS_write, fd, data, size);
}

extern "C" ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
    if (failsNow()) return -1;
    return syscall(SYS_pwrite64, fd, data, size, offset);
}

extern "C" int fdatasync(int fd) {
    if (failsNow()) return -1;
    return static_cast<int>(syscall(SYS_fdatasync, fd));
}

extern "C" int linkat(int fromFolder, const char* from, int toFolder, const char* to, int flags) noexcept {
    if (failsNow()) return -1;
    return static_cast<int>(syscall(SYS_linkat, fromFolder, from, toFolder, to, flags));
}

extern "C" int fsync(int fd) {
    if (failsNow()) return -1;
    return static_cast<int>(syscall(SYS_fsync, fd));
}

extern "C" int rename(const char* from, const char* to) noexcept {
    if (failsNow()) return -1;
    return static_cast<int>(syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

using namespace fathom;
using namespace fathom::testing;

namespace {

archive::NemoContents contents() {
    archive::NemoContents result{.configYaml = "target: x\n"};
    result.tensors.push_back(
        makeTensor("a", archive::DType::Float32, {200000}, std::vector<float>(200000, 1.5F)));
    result.tensors.push_back(makeTensor("b", archive::DType::Int64, {2}, std::vector<std::int64_t>{1, 2}));
    result.artifacts = {{"0_vocab.txt", "hello"}};
    return result;
}

/// Runs `action` with the Nth call failing, for N = 0, 1, … until it succeeds; checks the target in between.
template <class Action> void failEachCall(int code, const Action& action) {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("target")).toStdString();
    int failures = 0;
    for (int n = 0;; ++n) {
        QVERIFY(n < 1000);
        QVERIFY(writeFileAtomically(path, "the old content").has_value());
        failure = code;
        callsUntilFailure = n;
        armed = true;
        const Status status = action(path);
        armed = false;
        if (status) break; // no call failed, or only the folder's fsync, which is best effort
        QVERIFY(!status.error().message().empty());
        QCOMPARE(*readFile(path), std::string("the old content"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden),
                 QStringList{QStringLiteral("target")});
        ++failures;
    }
    QVERIFY(*readFile(path) != "the old content");
    QVERIFY(failures >= 3); // at least a write, the fsync and the rename
}

} // namespace

class TestNemoFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writeNemo_keepsTheOldFile_whenAnyCallFails_data();
    void writeNemo_keepsTheOldFile_whenAnyCallFails();
    void writeNpy_keepsTheOldFile_whenAnyCallFails();
    void saveNemo_leavesTheOldOrTheNewArchive_whenAnyCallFails_data();
    void saveNemo_leavesTheOldOrTheNewArchive_whenAnyCallFails();
};

void TestNemoFaults::writeNemo_keepsTheOldFile_whenAnyCallFails_data() {
    QTest::addColumn<int>("code");
    QTest::newRow("disk full") << ENOSPC;
    QTest::newRow("broken disk") << EIO;
}

void TestNemoFaults::writeNemo_keepsTheOldFile_whenAnyCallFails() {
    QFETCH(int, code);
    const archive::NemoContents what = contents();
    failEachCall(code, [&](const std::string& path) { return archive::writeNemo(path, what); });
}

void TestNemoFaults::writeNpy_keepsTheOldFile_whenAnyCallFails() {
    const archive::Tensor tensor =
        makeTensor("a", archive::DType::Float32, {4}, std::vector<float>{1, 2, 3, 4});
    failEachCall(ENOSPC, [&](const std::string& path) { return archive::writeNpy(path, tensor); });
}

void TestNemoFaults::saveNemo_leavesTheOldOrTheNewArchive_whenAnyCallFails_data() {
    QTest::addColumn<int>("noteBytes");
    QTest::addColumn<bool>("lasting");
    QTest::newRow("in place, once") << 500 << false;
    QTest::newRow("in place, for good") << 500 << true;
    QTest::newRow("rewritten, once") << 5000 << false;
    QTest::newRow("rewritten, for good") << 5000 << true;
}

void TestNemoFaults::saveNemo_leavesTheOldOrTheNewArchive_whenAnyCallFails() {
    QFETCH(int, noteBytes);
    QFETCH(bool, lasting);
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("a.nemo")).toStdString();
    const std::string golden = *readFile(goldenFile(QStringLiteral("quartznet_char.nemo")));
    int failures = 0;
    for (int n = 0;; ++n) {
        QVERIFY(n < 1000);
        QVERIFY(writeFileAtomically(path, golden).has_value());
        auto editor = archive::NemoEditor::open(path);
        VERIFY_RESULT(editor);
        const std::string before = editor->configYaml();
        VERIFY_RESULT(
            editor->setConfig("+note='" + std::string(static_cast<std::size_t>(noteBytes), 'x') + "'"));
        failure = EIO;
        callsUntilFailure = n;
        isLasting = lasting;
        armed = true;
        const auto saved = archive::saveNemo(editor->draft(), path);
        const bool hasFailed = callsUntilFailure < 0;
        armed = false;
        isLasting = true;
        const auto now = archive::Nemo::open(path); // undoes a patch that was cut off
        VERIFY_RESULT(now);
        const std::string yaml = *now->configYaml();
        QVERIFY(yaml == before || yaml == editor->configYaml());
        if (saved) QVERIFY(yaml == editor->configYaml());
        VERIFY_RESULT((*now->weights())->verify());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden),
                 QStringList{QStringLiteral("a.nemo")});
        if (!hasFailed) break;
        failures += saved ? 0 : 1;
    }
    QVERIFY(failures >= 3);
}

QTEST_APPLESS_MAIN(TestNemoFaults)
#include "tst_nemo_faults.moc"
