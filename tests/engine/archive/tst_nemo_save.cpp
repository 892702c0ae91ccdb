// SPDX-License-Identifier: GPL-3.0-or-later
// Saving an edited archive: what is written, where it is written, and what is refused.
#include "engine/archive/nemo_save.h"
#include "engine/archive/patch_journal.h"
#include "engine/archive/tar_writer.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QTemporaryDir>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace fathom;
using namespace fathom::testing;
using archive::NemoEditor;

namespace fs = std::filesystem;

namespace {

std::string digest(std::span<const std::byte> bytes) {
    return sha256Hex(bytes);
}

/// Everything an archive says: members in order with modes and digests.
std::vector<std::string> contentsOf(const archive::Nemo& nemo) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < nemo.members().size(); ++i) {
        const archive::Member& member = nemo.members()[i];
        const bool isFile = member.type == archive::MemberType::File;
        lines.push_back(member.name + ' ' + std::to_string(member.mode) + ' ' +
                        (isFile ? digest(nemo.bytes(i)) : "-"));
    }
    return lines;
}

/// The whole file by its digest.
std::string fileDigest(const fs::path& path) {
    return digest((*MappedFile::open(path))->bytes());
}

} // namespace

class TestNemoSave : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void config_isPatchedInItsPlace_data();
    void config_isPatchedInItsPlace();
    void grownConfig_isRewrittenOnce_thenFits();
    void everySize_fitsOrIsRewritten();
    void artifacts_areWrittenInOrder();
    void convertedWeights_equalTorchs();
    void gzip_becomesPlain();
    void folder_isPacked();
    void untouchedSave_givesTheSameMembers();
    void longNames_areWritten();
    void globalHeader_isNotLost();
    void changedOnDisk_isRefused();
    void brokenReference_isRefused_unlessItWasThere();
    void links_stay();
    void hardLink_keepsItsContent();
    void readOnlyFile_isReplaced();
    void stoppedSave_leavesTheOldFile();
    void journal_isUndone_onlyWhereItBelongs();

private:
    fs::path copyOf(const char* name) const {
        const fs::path target = fs::path(m_folder->path().toStdString()) / name;
        fs::copy_file(goldenFile(QLatin1String(name)), target, fs::copy_options::overwrite_existing);
        fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write);
        return target;
    }
    [[nodiscard]] fs::path path(const char* name) const {
        return fs::path(m_folder->path().toStdString()) / name;
    }
    /// Nothing but these files is in the folder.
    [[nodiscard]] bool holdsOnly(std::vector<std::string> names) const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(m_folder->path().toStdString()))
            found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        std::sort(names.begin(), names.end());
        return found == names;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestNemoSave::init() {
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestNemoSave::config_isPatchedInItsPlace_data() {
    goldenArchives();
}

void TestNemoSave::config_isPatchedInItsPlace() {
    QFETCH(QString, name);
    const std::string file = name.toStdString() + ".nemo";
    const fs::path archive = copyOf(file.c_str());
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    const auto before = contentsOf(editor->original());
    VERIFY_RESULT(editor->setConfig("++my_note='a new key'"));
    const bool isPlain = !editor->original().isCompressed();
    const auto plan = archive::planSave(editor->draft(), archive);
    VERIFY_RESULT(plan);
    QCOMPARE(plan->isInPlace, isPlain);
    const auto size = fs::file_size(archive);
    const auto report = archive::saveNemo(editor->draft(), archive, {.digests = true});
    VERIFY_RESULT(report);
    QCOMPARE(report->wasInPlace, isPlain);
    QCOMPARE(report->bytesWritten, plan->bytesToWrite);
    if (isPlain) QCOMPARE(fs::file_size(archive), size);
    const auto saved = archive::Nemo::open(archive);
    VERIFY_RESULT(saved);
    QCOMPARE(*saved->configYaml(), editor->configYaml());
    QCOMPARE(archive::modelConfig(*saved)->at("my_note")->asString(), std::string("a new key"));
    const auto after = contentsOf(*saved);
    QCOMPARE(after.size(), before.size());
    int changed = 0;
    for (std::size_t i = 0; i < after.size(); ++i)
        changed += after[i] != before[i] ? 1 : 0;
    QCOMPARE(changed, 1);
    VERIFY_RESULT((*saved->weights())->verify());
    QVERIFY(holdsOnly({file}));
}

void TestNemoSave::grownConfig_isRewrittenOnce_thenFits() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("+note='" + std::string(4000, 'x') + "'"));
    auto report = archive::saveNemo(editor->draft(), archive);
    VERIFY_RESULT(report);
    QVERIFY(!report->wasInPlace);
    editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("+more='" + std::string(1500, 'y') + "'"));
    report = archive::saveNemo(editor->draft(), archive);
    VERIFY_RESULT(report);
    QVERIFY(report->wasInPlace);
    QCOMPARE(*archive::Nemo::open(archive)->configYaml(), editor->configYaml());
}

void TestNemoSave::everySize_fitsOrIsRewritten() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    const auto weights = fileDigest(archive);
    int inPlace = 0;
    for (int length = 0; length < 2600; length += 130) {
        auto editor = NemoEditor::open(archive);
        VERIFY_RESULT(editor);
        VERIFY_RESULT(
            editor->setConfig("++note='" + std::string(static_cast<std::size_t>(length), 'x') + "'"));
        const auto report = archive::saveNemo(editor->draft(), archive);
        VERIFY_RESULT(report);
        inPlace += report->wasInPlace ? 1 : 0;
        const auto saved = archive::Nemo::open(archive);
        VERIFY_RESULT(saved);
        QCOMPARE(*saved->configYaml(), editor->configYaml());
        QCOMPARE(saved->members().size(), std::size_t{3});
        VERIFY_RESULT((*saved->weights())->verify());
    }
    QVERIFY(inPlace >= 15 && inPlace < 20);
}

void TestNemoSave::artifacts_areWrittenInOrder() {
    const fs::path archive = copyOf("conformer_ctc_spe.nemo");
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    const std::string large(300000, 'm');
    VERIFY_RESULT(editor->putArtifact("tokenizer.model_path", {"tokenizer.model", large, 0600}));
    VERIFY_RESULT(editor->putArtifact("a.second", {"zz.txt", "last", 0640}));
    VERIFY_RESULT(editor->removeArtifact("tokenizer.vocab_path"));
    const auto report = archive::saveNemo(editor->draft(), archive, {.digests = true});
    VERIFY_RESULT(report);
    QVERIFY(!report->wasInPlace);
    const auto saved = archive::Nemo::open(archive);
    VERIFY_RESULT(saved);
    for (const NemoEditor::Artifact& artifact : NemoEditor::edit(*saved)->artifacts())
        QVERIFY(!artifact.isMissing);
    std::vector<std::string> order;
    for (const archive::Member& member : saved->members())
        order.emplace_back(archive::plainMemberName(member.name));
    QCOMPARE(order.front(), std::string("."));
    QCOMPARE(order.back(), std::string("model_weights.ckpt"));
    const auto model = archive::modelConfig(*saved)->at("tokenizer.model_path")->asString().substr(5);
    QCOMPARE(digest(*saved->bytes(model)), digest(std::as_bytes(std::span(large.data(), large.size()))));
    for (const archive::MemberDigest& member : report->members)
        QCOMPARE(member.sha256, digest(*saved->bytes(member.name)));
    for (const archive::Member& member : saved->members())
        if (archive::plainMemberName(member.name) == model) QCOMPARE(member.mode, 0600U);
}

void TestNemoSave::convertedWeights_equalTorchs() {
    const auto golden = archive::openWeights(goldenFile(QStringLiteral("quartznet_char_bfloat16.nemo")));
    VERIFY_RESULT(golden);
    const auto half = archive::openWeights(goldenFile(QStringLiteral("quartznet_char_float16.nemo")));
    VERIFY_RESULT(half);
    for (const auto& [dtype, expected] :
         {std::pair(archive::DType::BFloat16, *golden), {archive::DType::Float16, *half}}) {
        auto editor = NemoEditor::open(goldenFile(QStringLiteral("quartznet_char.nemo")));
        VERIFY_RESULT(editor);
        QVERIFY(editor->convertTensors("*", dtype).value() > 10);
        VERIFY_RESULT(archive::saveNemo(editor->draft(), path("half.nemo")));
        const auto written = archive::openWeights(path("half.nemo"));
        VERIFY_RESULT(written);
        QCOMPARE((*written)->tensors().size(), expected->tensors().size());
        for (const archive::Tensor& tensor : expected->tensors()) {
            const archive::Tensor* ours = (*written)->find(tensor.name);
            QVERIFY(ours != nullptr && ours->dtype == tensor.dtype && ours->shape == tensor.shape);
            QVERIFY2(ours->contiguousBytes() == tensor.contiguousBytes(), tensor.name.c_str());
        }
        QCOMPARE((*written)->modules().size(), expected->modules().size());
    }
}

void TestNemoSave::gzip_becomesPlain() {
    const fs::path archive = copyOf("quartznet_char_gz.nemo");
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    const auto before = contentsOf(editor->original());
    const auto plan = archive::planSave(editor->draft(), archive);
    VERIFY_RESULT(plan);
    QVERIFY(!plan->notes.empty());
    VERIFY_RESULT(archive::saveNemo(editor->draft(), archive));
    const auto saved = archive::Nemo::open(archive);
    VERIFY_RESULT(saved);
    QVERIFY(!saved->isCompressed());
    QVERIFY(contentsOf(*saved) == before);
}

void TestNemoSave::folder_isPacked() {
    const auto nemo = archive::Nemo::open(goldenFile(QStringLiteral("conformer_ctc_spe.nemo")));
    VERIFY_RESULT(nemo);
    VERIFY_RESULT(archive::extract(*nemo, {}, path("folder")));
    auto editor = NemoEditor::open(path("folder"));
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("optim.lr=3.0"));
    QVERIFY(!archive::saveNemo(editor->draft(), path("folder")).has_value());
    VERIFY_RESULT(archive::saveNemo(editor->draft(), path("packed.nemo")));
    const auto packed = archive::Nemo::open(path("packed.nemo"));
    VERIFY_RESULT(packed);
    QCOMPARE(packed->members().size(), nemo->members().size());
    QCOMPARE(packed->members().front().mode, 0700U);
    for (const archive::Member& member : nemo->members())
        if (member.type == archive::MemberType::File && !member.name.ends_with(".yaml"))
            QCOMPARE(digest(*packed->bytes(member.name)), digest(*nemo->bytes(member.name)));
}

void TestNemoSave::untouchedSave_givesTheSameMembers() {
    for (const char* name : {"mt_aayn_tiny.nemo", "nested_artifacts.nemo", "text_classification_bert.nemo"}) {
        const auto editor = NemoEditor::open(goldenFile(QLatin1String(name)));
        VERIFY_RESULT(editor);
        VERIFY_RESULT(archive::saveNemo(editor->draft(), path("copy.nemo")));
        QVERIFY2(fileDigest(path("copy.nemo")) == fileDigest(goldenFile(QLatin1String(name))), name);
    }
}

void TestNemoSave::longNames_areWritten() {
    // A config whose folder's name alone is longer than the room that a rewritten config gets.
    std::string name = "./";
    for (int i = 0; i < 20; ++i)
        name += std::string(200, static_cast<char>('a' + i)) + '/';
    name += "model_config.yaml";
    const std::string yaml = "target: x\nlr: 1\n";
    std::string tar;
    archive::TarWriter writer([&](std::span<const std::byte> bytes) -> Status {
        tar.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    });
    VERIFY_RESULT(writer.begin({.name = name, .bytes = yaml.size()}));
    VERIFY_RESULT(writer.content(std::as_bytes(std::span(yaml.data(), yaml.size()))));
    VERIFY_RESULT(writer.end());
    VERIFY_RESULT(writer.finish());
    QVERIFY(writeFileAtomically(path("long.nemo"), tar).has_value());
    auto editor = NemoEditor::open(path("long.nemo"));
    VERIFY_RESULT(editor);
    for (const std::size_t length : {std::size_t{3}, std::size_t{5000}}) {
        VERIFY_RESULT(editor->setConfig("++note='" + std::string(length, 'x') + "'"));
        VERIFY_RESULT(archive::saveNemo(editor->draft(), path("saved.nemo")));
        QCOMPARE(*archive::Nemo::open(path("saved.nemo"))->configYaml(), editor->configYaml());
    }
}

void TestNemoSave::globalHeader_isNotLost() {
    // A global PAX header that gives the following members their path is beyond what a record says alone.
    const auto content = *readFile(goldenFile(QStringLiteral("quartznet_char.nemo")));
    std::string global(content.substr(0, 512));
    std::fill(global.begin(), global.begin() + 100, '\0');
    global.replace(0, 17, "pax_global_header");
    global.replace(124, 11, "00000000026"); // 22 bytes
    global[156] = 'g';
    std::fill(global.begin() + 148, global.begin() + 156, ' ');
    unsigned sum = 0;
    for (const char c : global)
        sum += static_cast<unsigned char>(c);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    global.replace(148, 7, std::string(digits, 7));
    std::string body = "22 comment=git commit\n";
    body.resize(512, '\0');
    QVERIFY(writeFileAtomically(path("g.nemo"), global + body + content).has_value());
    auto editor = NemoEditor::open(path("g.nemo"));
    VERIFY_RESULT(editor);
    const auto before = contentsOf(editor->original());
    VERIFY_RESULT(editor->setConfig("optim.lr=0.25"));
    VERIFY_RESULT(archive::saveNemo(editor->draft(), path("g.nemo")));
    const auto saved = archive::Nemo::open(path("g.nemo"));
    VERIFY_RESULT(saved);
    QCOMPARE(contentsOf(*saved).size(), before.size());
    QCOMPARE(*saved->configYaml(), editor->configYaml());
    VERIFY_RESULT((*saved->weights())->verify());
}

void TestNemoSave::changedOnDisk_isRefused() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("optim.lr=0.5"));
    auto other = NemoEditor::open(archive);
    VERIFY_RESULT(other);
    VERIFY_RESULT(other->setConfig("optim.lr=0.75"));
    VERIFY_RESULT(archive::saveNemo(other->draft(), archive));
    const std::string now = fileDigest(archive);
    const auto refused = archive::saveNemo(editor->draft(), archive);
    QVERIFY(!refused.has_value());
    QVERIFY(refused.error().message().find("changed on disk") != std::string::npos);
    QCOMPARE(fileDigest(archive), now);
    fs::remove(archive);
    QVERIFY(!archive::saveNemo(editor->draft(), archive).has_value());
    QVERIFY(holdsOnly({}));
}

void TestNemoSave::brokenReference_isRefused_unlessItWasThere() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("+a.b='nemo:not_there'"));
    const auto refused = archive::saveNemo(editor->draft(), archive);
    QVERIFY(!refused.has_value());
    QVERIFY(refused.error().message().find("a.b") != std::string::npos);
    archive::NemoContents contents{.configYaml = "target: x\nfile: nemo:gone\nlr: 1\n"};
    contents.tensors.push_back(makeTensor("a", archive::DType::Float32, {1}, std::vector<float>{1}));
    VERIFY_RESULT(archive::writeNemo(path("broken.nemo"), contents));
    auto broken = NemoEditor::open(path("broken.nemo"));
    VERIFY_RESULT(broken);
    VERIFY_RESULT(broken->setConfig("lr=2"));
    VERIFY_RESULT(archive::saveNemo(broken->draft(), path("broken.nemo")));
}

void TestNemoSave::links_stay() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    fs::create_symlink(archive, path("link.nemo"));
    for (const char* note : {"short", "a note that is so long that it does not fit"}) {
        auto editor = NemoEditor::open(path("link.nemo"));
        VERIFY_RESULT(editor);
        std::string text(note);
        if (text != "short") text += std::string(5000, '.');
        VERIFY_RESULT(editor->setConfig("++note='" + text + "'"));
        VERIFY_RESULT(archive::saveNemo(editor->draft(), path("link.nemo")));
        QVERIFY(fs::is_symlink(path("link.nemo")));
        QCOMPARE(*archive::Nemo::open(archive)->configYaml(), editor->configYaml());
    }
}

void TestNemoSave::hardLink_keepsItsContent() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    fs::create_hard_link(archive, path("other.nemo"));
    const std::string before = fileDigest(archive);
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("optim.lr=0.5"));
    const auto report = archive::saveNemo(editor->draft(), archive);
    VERIFY_RESULT(report);
    QVERIFY(!report->wasInPlace);
    QCOMPARE(fileDigest(path("other.nemo")), before);
}

void TestNemoSave::readOnlyFile_isReplaced() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    fs::permissions(archive, fs::perms::owner_read);
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("optim.lr=0.5"));
    VERIFY_RESULT(archive::saveNemo(editor->draft(), archive));
    QCOMPARE(static_cast<int>(fs::status(archive).permissions()), 0400);
    QCOMPARE(*archive::Nemo::open(archive)->configYaml(), editor->configYaml());
}

void TestNemoSave::stoppedSave_leavesTheOldFile() {
    const fs::path archive = copyOf("quartznet_char.nemo");
    const std::string before = fileDigest(archive);
    auto editor = NemoEditor::open(archive);
    VERIFY_RESULT(editor);
    VERIFY_RESULT(editor->setConfig("+note='" + std::string(5000, '.') + "'"));
    std::stop_source stop;
    std::uint64_t last = 0;
    const auto stopped = archive::saveNemo(editor->draft(), archive,
                                           {.stop = stop.get_token(), .progress = [&](auto done, auto total) {
                                                QVERIFY(done > last && done <= total);
                                                last = done;
                                                stop.request_stop();
                                            }});
    QVERIFY(!stopped.has_value());
    QCOMPARE(stopped.error().exitCode(), 130);
    QVERIFY(last > 0);
    QCOMPARE(fileDigest(archive), before);
    QVERIFY(holdsOnly({"quartznet_char.nemo"}));
}

void TestNemoSave::journal_isUndone_onlyWhereItBelongs() {
    const fs::path file = path("some.bin");
    const fs::path journal = path(".some.bin.fathom-undo");
    const std::string old(20000, 'o');
    const std::string patched = old.substr(0, 100) + std::string(9000, 'n') + old.substr(9100);
    QVERIFY(writeFileAtomically(file, old).has_value());
    // A journal as patchFile leaves it when it is killed: made by patching a copy whose journal is kept.
    std::string text = "FATHOM-UNDO 1\n";
    const auto put = [&](std::uint64_t value) { text.append(reinterpret_cast<const char*>(&value), 8); };
    put(old.size());
    put(1);
    put(100);
    put(9000);
    text += old.substr(100, 9000) + patched.substr(100, 9000);
    text += sha256Hex(std::as_bytes(std::span(text.data(), text.size())));
    // Cut at any page: the old file comes back.
    for (const std::size_t done :
         {std::size_t{100}, std::size_t{4096}, std::size_t{8192}, std::size_t{9100}}) {
        QVERIFY(writeFileAtomically(file, patched.substr(0, done) + old.substr(done)).has_value());
        QVERIFY(writeFileAtomically(journal, text).has_value());
        VERIFY_RESULT(archive::recoverPatch(file));
        QCOMPARE(*readFile(file), old);
        QVERIFY(!fs::exists(journal));
    }
    // Opened through a link, too.
    fs::create_symlink(file, path("link.bin"));
    QVERIFY(writeFileAtomically(file, patched).has_value());
    QVERIFY(writeFileAtomically(journal, text).has_value());
    VERIFY_RESULT(archive::recoverPatch(path("link.bin")));
    QCOMPARE(*readFile(file), old);
    // Another content, another size, a damaged journal: left alone.
    std::string damaged = text;
    damaged[60] ^= 1;
    for (const auto& [content, log] :
         std::vector<std::pair<std::string, std::string>>{{std::string(20000, 'x'), text},
                                                          {old + "o", text},
                                                          {patched, damaged},
                                                          {patched, text.substr(0, 99)}}) {
        QVERIFY(writeFileAtomically(file, content).has_value());
        QVERIFY(writeFileAtomically(journal, log).has_value());
        VERIFY_RESULT(archive::recoverPatch(file));
        QCOMPARE(*readFile(file), content);
    }
}

QTEST_GUILESS_MAIN(TestNemoSave)
#include "tst_nemo_save.moc"
