// SPDX-License-Identifier: GPL-3.0-or-later
// Kills a process at random moments while it saves an archive: the file holds the old archive or the new one.
// FATHOM_KILLS sets how often (1,000 for the claim in the docs; fewer by default).
#include "engine/archive/nemo_save.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace fathom;
using namespace fathom::testing;
using archive::NemoEditor;

namespace fs = std::filesystem;

namespace {

int kills() {
    const char* text = std::getenv("FATHOM_KILLS");
    return text != nullptr ? std::atoi(text) : 120;
}

/// What the archive says, without the times that its new headers have.
std::string contentsOf(const fs::path& path) {
    const auto nemo = archive::Nemo::open(path);
    if (!nemo) return nemo.error().message();
    std::string all;
    for (std::size_t i = 0; i < nemo->members().size(); ++i) {
        all += nemo->members()[i].name + ' ';
        if (nemo->members()[i].type == archive::MemberType::File) all += sha256Hex(nemo->bytes(i));
    }
    return all;
}

/// Saves in a child process, which is killed after `delay`. True if it had ended by itself before.
bool saveAndKill(const archive::NemoDraft& draft, const fs::path& path, std::chrono::microseconds delay) {
    const pid_t child = fork();
    if (child == 0) _exit(archive::saveNemo(draft, path).has_value() ? 0 : 1);
    if (delay.count() >= 0) {
        const auto until = std::chrono::steady_clock::now() + delay;
        while (std::chrono::steady_clock::now() < until) {
        }
        kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status);
}

} // namespace

class TestNemoKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void archive_isTheOldOrTheNewOne_data();
    void archive_isTheOldOrTheNewOne();
};

void TestNemoKill::archive_isTheOldOrTheNewOne_data() {
    QTest::addColumn<bool>("inPlace");
    QTest::newRow("in place") << true;
    QTest::newRow("rewritten") << false;
}

void TestNemoKill::archive_isTheOldOrTheNewOne() {
    QFETCH(bool, inPlace);
    QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "a.nemo";
    const fs::path golden = goldenFile(QStringLiteral("quartznet_char.nemo"));
    const auto restore = [&] {
        fs::copy_file(golden, path, fs::copy_options::overwrite_existing);
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    };
    const auto draft = [&] {
        auto editor = NemoEditor::open(path);
        const std::string note(inPlace ? 700 : 5000, 'x');
        if (!editor || !editor->setConfig("++note='" + note + "'")) qFatal("cannot edit");
        return editor->draft();
    };
    restore();
    const std::string before = contentsOf(path);
    using Clock = std::chrono::steady_clock;
    std::int64_t longest = 0;
    for (int i = 0; i < 5; ++i) {
        restore();
        const auto begun = Clock::now();
        QVERIFY(saveAndKill(draft(), path, std::chrono::microseconds(-1)));
        longest = std::max(
            longest, std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count());
    }
    const std::string after = contentsOf(path);
    QVERIFY(after != before);
    QCOMPARE(archive::planSave(
                 [&] {
                     restore();
                     return draft();
                 }(),
                 path)
                 ->isInPlace,
             inPlace);
    std::mt19937_64 random(inPlace ? 1 : 2);
    int killed = 0, oldOnes = 0, newOnes = 0;
    for (int i = 0; i < kills(); ++i) {
        restore();
        const auto edited = draft();
        const auto delay = std::chrono::microseconds(
            static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(longest)));
        killed += saveAndKill(edited, path, delay) ? 0 : 1;
        const std::string now = contentsOf(path); // opening undoes a patch that was cut off
        QVERIFY2(now == before || now == after, now.c_str());
        ++(now == before ? oldOnes : newOnes);
        int files = 0;
        for (const auto& entry : fs::directory_iterator(folder.path().toStdString()))
            files += entry.path() != path ? 1 : 0;
        QVERIFY2(files <= 1, "more than the moment between giving a name and renaming leaves");
        for (const auto& entry : fs::directory_iterator(folder.path().toStdString()))
            if (entry.path() != path) fs::remove(entry.path());
    }
    qInfo("%d killed while saving; %d old, %d new", killed, oldOnes, newOnes);
    QVERIFY(killed > 0 && oldOnes > 0 && newOnes > 0);
}

QTEST_GUILESS_MAIN(TestNemoKill)
#include "tst_nemo_kill.moc"
