// SPDX-License-Identifier: GPL-3.0-or-later
// What the run store remembers of the archives that Fathom wrote.
#include "engine/run/archive_manifest.h"
#include "engine/store/recorder.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <filesystem>
#include <fstream>

using namespace fathom;
using namespace fathom::testing;
using archive::NemoEditor;

namespace fs = std::filesystem;

class TestArchiveManifest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void savedArchive_isChecked();
    void patchedArchive_keepsTheOtherDigests();
    void runsArtifact_bringsItsManifest();
    void workspace_isTheNearestStore();
    void unknownArchive_isNotChecked();

private:
    fs::path m_root;
    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] fs::path file() const { return m_root / "sub" / "a.nemo"; }
    void save(const std::string& override) const {
        auto editor = NemoEditor::open(file());
        VERIFY_RESULT(editor);
        VERIFY_RESULT(editor->setConfig(override));
        const auto report = archive::saveNemo(editor->draft(), file(), {.digests = true});
        VERIFY_RESULT(report);
        VERIFY_RESULT(run::recordManifest(m_root, file(), *report));
    }
    [[nodiscard]] run::ManifestCheck check() const {
        return *run::checkManifest(m_root, *archive::Nemo::open(file()));
    }
};

void TestArchiveManifest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_root = m_folder->path().toStdString();
    fs::create_directory(m_root / "sub");
    fs::copy_file(goldenFile(QStringLiteral("conformer_ctc_spe.nemo")), file());
    fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write);
    VERIFY_RESULT(store::Recorder::open(m_root));
}

void TestArchiveManifest::savedArchive_isChecked() {
    save("+note='" + std::string(5000, 'x') + "'"); // rewritten: every member is digested
    QVERIFY(check().isKnown);
    QVERIFY(check().findings.empty());
    QCOMPARE(store::readManifest(m_root, file())->size(), std::size_t{5});
    // One byte of the weights, as a bad disk would do it.
    const auto members = archive::Nemo::open(file())->members();
    std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(members.back().offset + 5000));
    stream.put('#');
    stream.close();
    const auto findings = check().findings;
    QCOMPARE(findings.size(), std::size_t{1});
    QVERIFY(findings[0].text.find("model_weights.ckpt") != std::string::npos);
}

void TestArchiveManifest::patchedArchive_keepsTheOtherDigests() {
    save("+note='" + std::string(5000, 'x') + "'");
    const auto before = *store::readManifest(m_root, file());
    save("optim.lr=0.125");
    const auto after = *store::readManifest(m_root, file());
    QCOMPARE(after.size(), before.size());
    int changed = 0;
    for (std::size_t i = 0; i < after.size(); ++i)
        changed += after[i].sha256 != before[i].sha256 ? 1 : 0;
    QCOMPARE(changed, 1);
    QVERIFY(check().findings.empty());
}

void TestArchiveManifest::runsArtifact_bringsItsManifest() {
    const auto members = run::manifestOf(*archive::Nemo::open(file()));
    QCOMPARE(members.size(), std::size_t{5});
    auto recorder = store::Recorder::open(m_root);
    VERIFY_RESULT(recorder);
    const auto writer = (*recorder)->createRun({.name = "a"});
    VERIFY_RESULT(writer);
    (*writer)->artifact(
        {.kind = "nemo", .path = file().string(), .sha256 = "x", .bytes = 1, .members = members});
    QVERIFY((*recorder)->flush());
    QVERIFY(check().isKnown);
    QVERIFY(check().findings.empty());
}

void TestArchiveManifest::workspace_isTheNearestStore() {
    QCOMPARE(store::workspaceOf(file())->string(), fs::canonical(m_root).string());
    QVERIFY(!store::workspaceOf("/proc/none.nemo").has_value());
}

void TestArchiveManifest::unknownArchive_isNotChecked() {
    QVERIFY(!check().isKnown);
    QVERIFY(check().findings.empty());
    QVERIFY(!run::recordManifest(m_root / "nowhere", file(), {}).has_value());
}

QTEST_GUILESS_MAIN(TestArchiveManifest)
#include "tst_archive_manifest.moc"
