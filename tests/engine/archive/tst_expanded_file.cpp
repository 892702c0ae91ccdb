// SPDX-License-Identifier: GPL-3.0-or-later
// Compressed archives: expanded once, whole or not at all, by several at once, and never without end.
#include "engine/archive/expanded_file.h"
#include "engine/archive/inspect.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QDir>
#include <QTemporaryDir>
#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <zlib.h>

using namespace fathom;
using namespace fathom::testing;
namespace fs = std::filesystem;

namespace {

std::string packedFile(const QString& kind) {
    return FATHOM_TEST_DATA "/nemo_more/nested_artifacts." + kind.toStdString() + ".nemo";
}

/// As a gzip file.
std::string gzipped(const std::string& text) {
    std::string out(compressBound(text.size()) + 64, '\0');
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

void setTime(const fs::path& path, std::time_t seconds) {
    const timespec times[2]{{seconds, 0}, {seconds, 0}};
    utimensat(AT_FDCWD, path.c_str(), times, 0);
}

} // namespace

class TestExpandedFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void everyKind_holdsTheSame_data();
    void everyKind_holdsTheSame();
    void secondOpening_usesTheCache();
    void changedFile_isExpandedAnew();
    void cutOrDamaged_isAnError_andLeavesNothing_data() { everyKind_holdsTheSame_data(); }
    void cutOrDamaged_isAnError_andLeavesNothing();
    void bomb_isStopped();
    void noTar_isAnError_andLeavesNothing();
    void stopped_isInterrupted_andLeavesNothing();
    void fullDisk_isAnError_andLeavesNothing();
    void progress_endsAtTheWhole();
    void withoutACacheFolder_aTemporaryFileDoes();
    void severalAtOnce_shareOneFile();
    void eviction_takesTheOldest_andAbandonedOnes();

private:
    [[nodiscard]] fs::path cache() const {
        return m_folder->filePath(QStringLiteral("fathom/archives")).toStdString();
    }
    [[nodiscard]] QStringList cached() const {
        return QDir(QString::fromStdString(cache())).entryList(QDir::Files | QDir::Hidden);
    }
    [[nodiscard]] std::string write(const char* name, std::string_view content) const {
        const std::string path = m_folder->filePath(QString::fromLatin1(name)).toStdString();
        (void)writeFileAtomically(path, content);
        return path;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestExpandedFile::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("XDG_CACHE_HOME", m_folder->path().toLocal8Bit());
}

void TestExpandedFile::everyKind_holdsTheSame_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("called");
    QTest::newRow("gzip") << QStringLiteral("gz") << QStringLiteral("gzip");
    QTest::newRow("bzip2") << QStringLiteral("bz2") << QStringLiteral("bzip2");
    QTest::newRow("xz") << QStringLiteral("xz") << QStringLiteral("xz");
    QTest::newRow("zstd") << QStringLiteral("zst") << QStringLiteral("zstd");
}

void TestExpandedFile::everyKind_holdsTheSame() {
    QFETCH(QString, kind);
    QFETCH(QString, called);
    const auto nemo = archive::Nemo::open(packedFile(kind));
    VERIFY_RESULT(nemo);
    QVERIFY(nemo->isCompressed());
    QCOMPARE(QString::fromStdString(std::string(archive::name(nemo->compression()))), called);
    const auto plain = readFile(goldenFile(QStringLiteral("nested_artifacts.nemo")));
    VERIFY_RESULT(plain);
    QVERIFY(std::ranges::equal(nemo->tarBytes(), std::as_bytes(std::span(*plain))));
    QCOMPARE(*nemo->identity(), *identify(packedFile(kind)));
    QVERIFY(nemo->tarFile()->path().parent_path() == cache());
    QCOMPARE(fs::status(cache()).permissions(), fs::perms::owner_all);
    const auto findings = archive::verify(*nemo);
    const bool isWarned = std::any_of(findings.begin(), findings.end(), [&](const archive::Finding& finding) {
        return finding.text.find("compressed by " + called.toStdString()) != std::string::npos;
    });
    QCOMPARE(isWarned, called != QStringLiteral("gzip")); // which NeMo reads
}

void TestExpandedFile::secondOpening_usesTheCache() {
    const auto first = archive::Nemo::open(packedFile(QStringLiteral("gz")));
    VERIFY_RESULT(first);
    QCOMPARE(cached().size(), 1);
    const fs::path kept = first->tarFile()->path();
    setTime(kept, 1000);
    const auto inode = identify(kept)->inode;
    const auto second = archive::Nemo::open(packedFile(QStringLiteral("gz")));
    VERIFY_RESULT(second);
    QCOMPARE(identify(kept)->inode, inode);
    QVERIFY(identify(kept)->modified > 1'000'000'000'000); // used now
    QCOMPARE(cached().size(), 1);
}

void TestExpandedFile::changedFile_isExpandedAnew() {
    const auto content = readFile(packedFile(QStringLiteral("gz")));
    const std::string path = write("x.nemo", *content);
    VERIFY_RESULT(archive::Nemo::open(path));
    QVERIFY(writeFileAtomically(path, *content).has_value()); // another inode
    VERIFY_RESULT(archive::Nemo::open(path));
    QCOMPARE(cached().size(), 2);
}

void TestExpandedFile::cutOrDamaged_isAnError_andLeavesNothing() {
    QFETCH(QString, kind);
    const auto whole = readFile(packedFile(kind));
    VERIFY_RESULT(whole);
    for (std::size_t size = 6; size < whole->size() - 12; size += 111) {
        const auto nemo = archive::Nemo::open(write("cut.nemo", whole->substr(0, size)));
        QVERIFY(!nemo.has_value());
        QCOMPARE(nemo.error().exitCode(), 3);
        QVERIFY(!nemo.error().remedy.empty());
    }
    for (std::size_t at = whole->size() / 4; at < whole->size() * 3 / 4; at += 97) {
        std::string damaged = *whole;
        damaged[at] ^= 0x55;
        QVERIFY(!archive::Nemo::open(write("damaged.nemo", damaged)).has_value());
    }
    QCOMPARE(cached(), QStringList());
}

void TestExpandedFile::bomb_isStopped() {
    // 272 MiB of zeros in some 260 KiB: gzip members may follow one another.
    const std::string member = gzipped(std::string(std::size_t{16} << 20, '\0'));
    std::string bomb;
    for (int i = 0; i < 17; ++i)
        bomb += member;
    const auto nemo = archive::Nemo::open(write("bomb.nemo", bomb));
    QVERIFY(!nemo.has_value());
    QCOMPARE(nemo.error().exitCode(), 3);
    QVERIFY(nemo.error().message().find("grows to more than") != std::string::npos);
    QCOMPARE(cached(), QStringList());
}

void TestExpandedFile::noTar_isAnError_andLeavesNothing() {
    const auto nemo = archive::Nemo::open(write("text.nemo", gzipped("no archive, but a note")));
    QVERIFY(!nemo.has_value());
    QCOMPARE(cached(), QStringList());
}

void TestExpandedFile::stopped_isInterrupted_andLeavesNothing() {
    std::stop_source source;
    source.request_stop();
    const auto nemo = archive::Nemo::open(packedFile(QStringLiteral("xz")), {.stop = source.get_token()});
    QVERIFY(!nemo.has_value());
    QCOMPARE(nemo.error().exitCode(), 130);
    QCOMPARE(cached(), QStringList());
}

void TestExpandedFile::fullDisk_isAnError_andLeavesNothing() {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN); // writing past the limit fails then, as on a full disk
    const rlimit small{4096, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const auto nemo = archive::Nemo::open(packedFile(QStringLiteral("gz")));
    setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(!nemo.has_value());
    QCOMPARE(nemo.error().exitCode(), 1);
    QCOMPARE(cached(), QStringList());
    VERIFY_RESULT(archive::Nemo::open(packedFile(QStringLiteral("gz"))));
}

void TestExpandedFile::progress_endsAtTheWhole() {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
    const auto note = [&](std::uint64_t done, std::uint64_t total) { seen.emplace_back(done, total); };
    for (const char* kind : {"gz", "zst"}) {
        seen.clear();
        const std::string path = packedFile(QString::fromLatin1(kind));
        VERIFY_RESULT(archive::Nemo::open(path, {.progress = note}));
        QVERIFY(!seen.empty());
        QCOMPARE(seen.back().first, static_cast<std::uint64_t>(fs::file_size(path)));
        QCOMPARE(seen.back().first, seen.back().second);
    }
}

void TestExpandedFile::withoutACacheFolder_aTemporaryFileDoes() {
    qputenv("XDG_CACHE_HOME", "/proc/no/such/folder");
    qputenv("TMPDIR", m_folder->path().toLocal8Bit());
    const auto nemo = archive::Nemo::open(packedFile(QStringLiteral("gz")));
    qunsetenv("TMPDIR");
    VERIFY_RESULT(nemo);
    VERIFY_RESULT(nemo->weights());
    QVERIFY(!fs::exists(nemo->tarFile()->path()));
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList());
}

void TestExpandedFile::severalAtOnce_shareOneFile() {
    std::atomic<int> opened = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                const auto nemo = archive::Nemo::open(packedFile(QStringLiteral("bz2")));
                if (nemo && nemo->weights()) ++opened;
            });
    }
    QCOMPARE(opened.load(), 8);
    QCOMPARE(cached().size(), 1);
}

void TestExpandedFile::eviction_takesTheOldest_andAbandonedOnes() {
    fs::create_directories(cache());
    const auto put = [&](const char* name, std::time_t age, std::size_t bytes) {
        const fs::path path = cache() / name;
        (void)writeFileAtomically(path, std::string(bytes, 'x'));
        setTime(path, std::time(nullptr) - age);
        return path;
    };
    const fs::path old = put("a.tar", 300, 100);
    const fs::path middle = put("b.tar", 200, 100);
    const fs::path recent = put("c.tar", 100, 100);
    const fs::path killed = put(".d.tar.Xy3f", 200'000, 100);
    const fs::path underWay = put(".e.tar.Ab12", 10, 100);
    const auto mapped = MappedFile::open(old);
    archive::evictExpanded(cache(), 250);
    QVERIFY(!fs::exists(old) && fs::exists(middle) && fs::exists(recent));
    QVERIFY(!fs::exists(killed) && fs::exists(underWay));
    QCOMPARE(std::to_integer<char>((*mapped)->bytes()[99]), 'x'); // whoever has it mapped keeps it
    archive::evictExpanded(cache(), 0);
    QCOMPARE(cached(), QStringList{QStringLiteral(".e.tar.Ab12")});
}

QTEST_APPLESS_MAIN(TestExpandedFile)
#include "tst_expanded_file.moc"
