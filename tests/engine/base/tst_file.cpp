// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/checksum.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;
using namespace fathom;

class FileTest : public QObject {
    Q_OBJECT
    fs::path folder() const { return m_folder.path().toStdString(); }
    QTemporaryDir m_folder;

private Q_SLOTS:
    void writeFileAtomically_replacesTheContentAndKeepsTheMode() {
        const fs::path path = folder() / "a.txt";
        QVERIFY(writeFileAtomically(path, "old"));
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
        QVERIFY(writeFileAtomically(path, "new"));
        QCOMPARE(*readFile(path), std::string("new"));
        QCOMPARE(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    }

    void atomicFile_leavesTheTargetAlone_withoutCommit() {
        const fs::path path = folder() / "b.txt";
        QVERIFY(writeFileAtomically(path, "old"));
        {
            auto file = AtomicFile::create(path);
            QVERIFY(file.has_value());
            QVERIFY(file->write("half of the n"));
        }
        QCOMPARE(*readFile(path), std::string("old"));
        int files = 0;
        for (const auto& entry : fs::directory_iterator(folder()))
            files += entry.path().string().find("b.txt") != std::string::npos;
        QCOMPARE(files, 1);
    }

    void missingFolder_isAnErrorThatNamesTheFile() {
        const auto status = writeFileAtomically(folder() / "none" / "c.txt", "x");
        QVERIFY(!status);
        QVERIFY(status.error().message().find("none/c.txt") != std::string::npos);
        const auto text = readFile(folder() / "missing.yaml");
        QVERIFY(!text);
        QCOMPARE(text.error().exitCode(), 3);
        QVERIFY(text.error().message().find("No such file") != std::string::npos);
        QVERIFY(!readFile(folder()));
        QVERIFY(!MappedFile::open(folder()));
    }

    void mappedFile_hasTheBytes_alsoWhenEmpty() {
        std::ofstream(folder() / "empty");
        const auto empty = MappedFile::open(folder() / "empty");
        QVERIFY(empty.has_value());
        QVERIFY((*empty)->bytes().empty());
        QVERIFY(writeFileAtomically(folder() / "m", "abc"));
        const auto mapped = MappedFile::open(folder() / "m");
        QVERIFY(mapped.has_value());
        QCOMPARE((*mapped)->bytes().size(), std::size_t{3});
        QCOMPARE(md5Hex((*mapped)->bytes()), std::string("900150983cd24fb0d6963f7d28e17f72"));
        QCOMPARE(sha256Hex({}),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(crc32((*mapped)->bytes()), 0x352441c2U);
        QCOMPARE(crc32c(std::as_bytes(std::span("123456789", 9))), 0xe3069283U); // RFC 3720's check value
    }

    void aProcess_isAliveUntilItIsGone() {
        QVERIFY(thisProcess().isAlive());
        ProcessIdentity reused = thisProcess();
        reused.startTime -= 1;
        QVERIFY(!reused.isAlive());
        ProcessIdentity elsewhere = thisProcess();
        elsewhere.host += "x";
        QVERIFY(!elsewhere.isAlive());
    }
};

QTEST_GUILESS_MAIN(FileTest)
#include "tst_file.moc"
