// SPDX-License-Identifier: GPL-3.0-or-later
// register_artifact: where a file that the config names is found, and how it is packed.
#include "engine/archive/artifacts.h"
#include "engine/archive/inspect.h"
#include "engine/base/checksum.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <filesystem>

using namespace fathom;
using namespace fathom::testing;
using archive::Artifact;
using archive::ArtifactRegistry;

namespace {

std::string textOf(const Artifact& artifact) {
    return {reinterpret_cast<const char*>(artifact.bytes().data()), artifact.bytes().size()};
}

archive::Nemo golden() {
    auto nemo = archive::Nemo::open(goldenFile(QStringLiteral("conformer_ctc_spe.nemo")));
    if (!nemo) qFatal("%s", nemo.error().message().c_str());
    return *nemo;
}

} // namespace

class TestArtifactRegistry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void localFile_isPackedUnderItsDigest();
    void member_keepsItsName();
    void bareName_isFoundInTheArchive();
    void whatIsNowhere();
    void sameKey_lastOneWins();
    void lostFile_isAnError();
    void references_areCarriedOver();
};

void TestArtifactRegistry::localFile_isPackedUnderItsDigest() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("vocab.txt")).toStdString();
    QVERIFY(writeFileAtomically(path, "a\nb\n").has_value());
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    ArtifactRegistry registry;
    const auto added = registry.add("tokenizer.vocab_path", path);
    VERIFY_RESULT(added);
    QVERIFY((*added)->source() == Artifact::Source::Local);
    QCOMPARE(textOf(**added), std::string("a\nb\n"));
    QVERIFY(writeFileAtomically(path, "changed since\n").has_value()); // NeMo reads it when it saves
    const auto packed = registry.pack("tokenizer:\n  vocab_path: /somewhere/vocab.txt\n");
    VERIFY_RESULT(packed);
    const std::string content = "changed since\n";
    const std::string name = md5Hex(std::as_bytes(std::span(content.data(), content.size()))) + "_vocab.txt";
    QCOMPARE(packed->configYaml, "tokenizer:\n  vocab_path: nemo:" + name + "\n");
    QCOMPARE(packed->files.size(), std::size_t{1});
    QCOMPARE(packed->files[0].name, name);
    QCOMPARE(packed->files[0].content, content);
    QCOMPARE(packed->files[0].mode, 0600U);
}

void TestArtifactRegistry::member_keepsItsName() {
    const archive::Nemo nemo = golden();
    const std::string source = archive::modelConfig(nemo)->at("tokenizer.vocab_path")->asString();
    ArtifactRegistry registry(nemo);
    const auto added = registry.add("tokenizer.vocab_path", source);
    VERIFY_RESULT(added);
    QVERIFY((*added)->source() == Artifact::Source::Archive);
    const auto packed = registry.pack("target: x\n"); // missing nodes are made, as OmegaConf.update does
    VERIFY_RESULT(packed);
    QCOMPARE(packed->configYaml, "target: x\ntokenizer:\n  vocab_path: " + source + "\n");
    QCOMPARE("nemo:" + packed->files.at(0).name, source);
}

void TestArtifactRegistry::bareName_isFoundInTheArchive() {
    const archive::Nemo nemo = golden();
    const std::string member = archive::modelConfig(nemo)->at("tokenizer.vocab_path")->asString().substr(5);
    ArtifactRegistry registry(nemo);
    const auto added = registry.add("tokenizer.vocab_path", "/home/else/" + member);
    VERIFY_RESULT(added);
    QCOMPARE((*added)->name(), member);
}

void TestArtifactRegistry::whatIsNowhere() {
    ArtifactRegistry registry(golden());
    VERIFY_RESULT(registry.add("a", ""));
    QVERIFY(!registry.add("a", "")->has_value());
    QVERIFY(!registry.add("a", "/nowhere/file.txt", false)->has_value());
    for (const char* source : {"/nowhere/file.txt", "nemo:not_there", "model.nemo"}) {
        const auto refused = registry.add("some.key", source);
        QVERIFY2(!refused.has_value(), source);
        QCOMPARE(refused.error().key, std::string("some.key"));
        QCOMPARE(refused.error().exitCode(), 3);
    }
    QVERIFY(!registry.add("some.key", "nemo:not_there", false).has_value());
    QCOMPARE(registry.pack("a: 1\n")->configYaml, std::string("a: 1\n"));
}

void TestArtifactRegistry::sameKey_lastOneWins() {
    QTemporaryDir folder;
    ArtifactRegistry registry;
    for (const char* name : {"first.txt", "second.txt"}) {
        const std::string path = folder.filePath(QLatin1String(name)).toStdString();
        QVERIFY(writeFileAtomically(path, name).has_value());
        VERIFY_RESULT(registry.add("key", path));
    }
    const auto packed = registry.pack("key: x\n");
    VERIFY_RESULT(packed);
    QCOMPARE(packed->files.size(), std::size_t{1});
    QVERIFY(packed->files[0].name.ends_with("_second.txt"));
}

void TestArtifactRegistry::lostFile_isAnError() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("a.txt")).toStdString();
    QVERIFY(writeFileAtomically(path, "x").has_value());
    ArtifactRegistry registry;
    VERIFY_RESULT(registry.add("key", path));
    std::filesystem::remove(path);
    const auto packed = registry.pack("key: x\n");
    QVERIFY(!packed.has_value());
    QCOMPARE(packed.error().key, std::string("key"));
}

void TestArtifactRegistry::references_areCarriedOver() {
    const archive::Nemo nemo = golden();
    const Value config = *archive::modelConfig(nemo);
    ArtifactRegistry registry(nemo);
    VERIFY_RESULT(registry.addReferences(config));
    const auto packed = registry.pack(*nemo.configYaml());
    VERIFY_RESULT(packed);
    QCOMPARE(packed->files.size(), std::size_t{3});
    QCOMPARE(packed->configYaml, *nemo.configYaml());
}

QTEST_GUILESS_MAIN(TestArtifactRegistry)
#include "tst_artifact_registry.moc"
