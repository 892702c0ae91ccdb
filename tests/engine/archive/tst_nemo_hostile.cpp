// SPDX-License-Identifier: GPL-3.0-or-later
// Archives and pickles that somebody made to do harm, or that a disk or a network damaged: a one-line error
// or a marked member, never a crash, a call, a file outside the folder, or memory without end.
#include "engine/archive/inflate.h"
#include "engine/archive/inspect.h"
#include "engine/archive/tar_writer.h"
#include "engine/archive/torch_zip_writer.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QDir>
#include <QTemporaryDir>
#include <filesystem>

using namespace fathom;
using namespace fathom::testing;
using namespace std::string_literals;
using archive::Member;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string tarOf(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string out;
    archive::TarWriter tar([&](std::span<const std::byte> bytes) -> Status {
        out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    });
    for (const auto& [name, content] : files) {
        (void)tar.begin({.name = name, .bytes = content.size()});
        (void)tar.content(bytesOf(content));
        (void)tar.end();
    }
    (void)tar.finish();
    return out;
}

/// Recomputes the checksum of the header at `at` after a change.
void seal(std::string& tar, std::size_t at = 0) {
    tar.replace(at + 148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
        sum += static_cast<unsigned char>(tar[at + i]);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum);
    tar.replace(at + 148, 7, text, 7);
}

std::string checkpointOf(const std::string& pickle,
                         const std::vector<std::pair<std::string, std::string>>& storages = {}) {
    std::string out;
    archive::TorchZipWriter zip("archive", [&](std::span<const std::byte> bytes) -> Status {
        out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    });
    (void)zip.add("data.pkl", bytesOf(pickle));
    (void)zip.add("byteorder", bytesOf("little"s));
    for (const auto& [key, content] : storages)
        (void)zip.add("data/" + key, bytesOf(content));
    (void)zip.finish();
    return out;
}

std::string unicode(const std::string& text) {
    std::string out = "X";
    const auto size = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    return out + text;
}

std::string integer(std::int64_t value) {
    std::string out = "\x8a\x08";
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
    return out;
}

std::string tupleOf(const std::vector<std::int64_t>& values) {
    std::string out = "(";
    for (const std::int64_t value : values)
        out += integer(value);
    return out + 't';
}

/// {"x": a float tensor over storage "0" of `count` elements}.
std::string tensorPickle(std::int64_t count, std::int64_t offset, const std::vector<std::int64_t>& shape,
                         const std::vector<std::int64_t>& stride) {
    return "\x80\x02}" + unicode("x") + "ctorch._utils\n_rebuild_tensor_v2\n((" + unicode("storage") +
           "ctorch\nFloatStorage\n" + unicode("0") + unicode("cpu") + integer(count) + "tQ" +
           integer(offset) + tupleOf(shape) + tupleOf(stride) + "\x89}tRs.";
}

} // namespace

class TestNemoHostile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tar_marksUnsafeNames_data();
    void tar_marksUnsafeNames();
    void tar_lastOfDuplicatesWins();
    void tar_readsWithoutDotSlashAndGnuNames();
    void tar_refuses_data();
    void tar_refuses();
    void everyCut_isAnError_orStillWhole();
    void deflate_refusesAClaimBeyondReason();
    void extract_writesNothingOutside();
    void pickle_showsButNeverCalls();
    void pickle_refuses_data();
    void pickle_refuses();
    void pickle_selfReference_isNotFollowedForEver();
    void pickle_manyDoublings_stayFlat();
    void tensor_refuses_data();
    void tensor_refuses();
    void verify_tellsWhatIsWrong();
};

void TestNemoHostile::tar_marksUnsafeNames_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("absolute") << "/etc/passwd";
    QTest::newRow("parent") << "../outside.txt";
    QTest::newRow("inner parent") << "./a/../../outside.txt";
    QTest::newRow("only parent") << "..";
}

void TestNemoHostile::tar_marksUnsafeNames() {
    QFETCH(QString, name);
    const std::string tar = tarOf({{name.toStdString(), "x"}, {"./ok..txt", "y"}});
    const auto members = archive::indexTar(bytesOf(tar), "test.nemo");
    VERIFY_RESULT(members);
    QVERIFY(!members->at(0).problem.empty());
    QVERIFY(members->at(1).problem.empty());
}

void TestNemoHostile::tar_lastOfDuplicatesWins() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.nemo")).toStdString();
    QVERIFY(
        writeFileAtomically(path, tarOf({{"./model_config.yaml", "a: 1\n"}, {"model_config.yaml", "a: 2\n"}}))
            .has_value());
    const auto nemo = archive::Nemo::open(path);
    VERIFY_RESULT(nemo);
    QCOMPARE(nemo->members().size(), std::size_t{2});
    QCOMPARE(*nemo->configYaml(), std::string("a: 2\n"));
}

void TestNemoHostile::tar_readsWithoutDotSlashAndGnuNames() {
    const std::string longName = std::string(150, 'n') + ".txt";
    std::string tar = tarOf({{"././@LongLink", longName + '\0'}, {"short", "content"}});
    tar[156] = 'L';
    seal(tar);
    const auto members = archive::indexTar(bytesOf(tar), "test.nemo");
    VERIFY_RESULT(members);
    QCOMPARE(members->size(), std::size_t{1});
    QCOMPARE(members->at(0).name, longName);
    QCOMPARE(members->at(0).bytes, std::uint64_t{7});
}

void TestNemoHostile::tar_refuses_data() {
    QTest::addColumn<QByteArray>("content");
    const auto row = [](const char* name, const std::string& text) {
        QTest::newRow(name) << QByteArray(text.data(), static_cast<qsizetype>(text.size()));
    };
    row("empty", "");
    row("zeros", std::string(10240, '\0'));
    row("text", "model: not an archive\n" + std::string(2000, 'x'));
    row("a checkpoint", checkpointOf("\x80\x02}."));
    row("bzip2", "BZh91AY&SY" + std::string(600, 'x'));
    std::string tar = tarOf({{"./a", std::string(600, 'a')}, {"./b", "b"}});
    std::string lying = tar; // says it holds more than the file
    lying.replace(124, 11, "77777777777");
    seal(lying);
    row("a lying size", lying);
    std::string huge = tar; // base-256
    huge.replace(124, 12, "\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s);
    seal(huge);
    row("a size beyond 63 bits", huge);
    std::string negative = tar;
    negative.replace(124, 12, std::string(12, '\xff'));
    seal(negative);
    row("a negative size", negative);
    std::string letters = tar;
    letters.replace(124, 11, "not a size!");
    seal(letters);
    row("a size of letters", letters);
    std::string flipped = tar;
    flipped[1536] = '#'; // the second member's name
    row("a damaged second header", flipped);
    std::string sparse = tar;
    sparse[156] = 'S';
    seal(sparse);
    row("sparse", sparse);
    std::string pax = tarOf({{"./pax", "999999999 path=x\n"}, {"./a", "a"}});
    pax[156] = 'x';
    seal(pax);
    row("a lying extended header", pax);
}

void TestNemoHostile::tar_refuses() {
    QFETCH(QByteArray, content);
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.nemo")).toStdString();
    QVERIFY(writeFileAtomically(path, content.toStdString()).has_value());
    const auto nemo = archive::Nemo::open(path);
    QVERIFY(!nemo.has_value());
    QCOMPARE(nemo.error().exitCode(), 3);
    QVERIFY(!nemo.error().remedy.empty());
    QVERIFY(nemo.error().message().find('\n') == std::string::npos);
    QVERIFY(nemo.error().message().find(path) != std::string::npos);
}

void TestNemoHostile::everyCut_isAnError_orStillWhole() {
    const auto whole = readFile(goldenFile(QStringLiteral("nested_artifacts.nemo")));
    VERIFY_RESULT(whole);
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.nemo")).toStdString();
    for (std::size_t size = 0; size < whole->size(); size += 97) {
        QFile file(QString::fromStdString(path)); // without the fsync that writing atomically costs
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(whole->data(), static_cast<qint64>(size)), static_cast<qint64>(size));
        file.close();
        const auto nemo = archive::Nemo::open(path);
        const auto weights =
            nemo ? nemo->weights() : Result<std::shared_ptr<const archive::Checkpoint>>(fail(nemo.error()));
        if (weights) {
            QVERIFY((*weights)->verify().has_value());
            QCOMPARE((*weights)->tensors().size(), std::size_t{11});
        } else {
            QCOMPARE(weights.error().exitCode(), 3);
            QVERIFY(!weights.error().remedy.empty());
        }
    }
}

void TestNemoHostile::deflate_refusesAClaimBeyondReason() {
    QVERIFY(!archive::inflateRaw(bytesOf(std::string(600, 'x')), std::uint64_t{1} << 50, "bomb").has_value());
}

void TestNemoHostile::extract_writesNothingOutside() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.nemo")).toStdString();
    std::string tar = tarOf({{"../outside.txt", "x"},
                             {"/tmp/fathom-absolute.txt", "x"},
                             {"./link", ""},
                             {"./in/side.txt", "ok"}});
    const std::size_t link = 4 * 512;
    tar[link + 156] = '2';
    tar.replace(link + 157, 11, "/etc/passwd");
    seal(tar, link);
    QVERIFY(writeFileAtomically(path, tar).has_value());
    const auto nemo = archive::Nemo::open(path);
    VERIFY_RESULT(nemo);
    const std::filesystem::path target = folder.filePath(QStringLiteral("deep/out")).toStdString();
    const auto extraction = archive::extract(*nemo, {}, target);
    VERIFY_RESULT(extraction);
    QCOMPARE(extraction->skipped.size(), std::size_t{3});
    QCOMPARE(extraction->written, std::vector<std::string>{"./in/side.txt"});
    QCOMPARE(*readFile(target / "in/side.txt"), std::string("ok"));
    QVERIFY(!std::filesystem::exists(target / "../outside.txt"));
    QVERIFY(!std::filesystem::exists("/tmp/fathom-absolute.txt"));
    QVERIFY(!std::filesystem::is_symlink(target / "link"));
    QVERIFY(!archive::extract(*nemo, {"../outside.txt"}, target).has_value());
}

void TestNemoHostile::pickle_showsButNeverCalls() {
    QTemporaryDir folder;
    const QString marker = folder.filePath(QStringLiteral("called"));
    const std::string command = "touch " + marker.toStdString();
    const std::string pickle = "\x80\x02}" + unicode("x") + "cposix\nsystem\n" + unicode(command) + "\x85Rs.";
    const auto checkpoint = parseText(checkpointOf(pickle));
    VERIFY_RESULT(checkpoint);
    QVERIFY(!QFile::exists(marker));
    QVERIFY(checkpoint->tensors().empty());
    QCOMPARE(checkpoint->opaqueGlobals(), std::vector<std::string>{"posix.system"});
    const auto object = checkpoint->root().find("x");
    QVERIFY(object.has_value());
    QVERIFY(object->kind() == archive::PickleKind::Object);
    QCOMPARE(std::string(object->className()), std::string("posix.system"));
    QCOMPARE(std::string(object->arguments().at(0).text()), command);
    const auto shown = archive::toValue(checkpoint->root());
    VERIFY_RESULT(shown);
    QCOMPARE(shown->at("x.$object")->asString(), std::string("posix.system"));
    QVERIFY(!archive::verify(*checkpoint).empty());
}

void TestNemoHostile::pickle_refuses_data() {
    QTest::addColumn<QByteArray>("pickle");
    const auto row = [](const char* name, const std::string& text) {
        QTest::newRow(name) << QByteArray(text.data(), static_cast<qsizetype>(text.size()));
    };
    row("empty", "");
    row("no stop", "\x80\x02}");
    row("protocol 9", "\x80\x09}.");
    row("an empty stack", "\x80\x02.");
    row("values left over", "\x80\x02}}.");
    row("an open mark", "\x80\x02(}.");
    row("recall of nothing", "\x80\x02h\x07.");
    row("a string past the end", "\x80\x02X\xff\xff\xff\xff"
                                 "abc.");
    row("8-byte length", "\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                         "abc.");
    row("a frame past the end", "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f}.");
    row("append to a number", "\x80\x02K\x01K\x02"
                              "a.");
    row("items of a list", "\x80\x02]K\x01K\x02s.");
    row("odd items", "\x80\x02}(K\x01u.");
    row("build on none", "\x80\x02N}b.");
    row("reduce without a tuple", "\x80\x02"
                                  "ccollections\nOrderedDict\n}R.");
    row("an opcode of protocol 0", "\x80\x02I1\n.");
    row("an extension", "\x80\x02\x82\x01.");
    row("pop below the mark", "\x80\x02}(a.");
    row("memo of nothing", "\x80\x02q\x01.");
    row("a huge integer", "\x80\x02\x8b\xff\xff\xff\x7f.");
}

void TestNemoHostile::pickle_refuses() {
    QFETCH(QByteArray, pickle);
    const auto checkpoint = parseText(checkpointOf(pickle.toStdString()));
    QVERIFY(!checkpoint.has_value());
    QCOMPARE(checkpoint.error().exitCode(), 3);
    QVERIFY(!checkpoint.error().remedy.empty());
}

void TestNemoHostile::pickle_selfReference_isNotFollowedForEver() {
    // a = {}; a["a"] = a; b = []; b.append(b); a["b"] = b
    const std::string pickle =
        "\x80\x02}q\x01" + unicode("a") + "h\x01s" + unicode("b") + "]q\x02h\x02" + "as.";
    const auto checkpoint = parseText(checkpointOf(pickle));
    VERIFY_RESULT(checkpoint);
    const auto inner = checkpoint->root().find("a");
    QVERIFY(inner.has_value());
    QCOMPARE(inner->id(), checkpoint->root().id());
    const auto shown = archive::toValue(checkpoint->root());
    VERIFY_RESULT(shown);
    QVERIFY(shown->at("a")->isNull());
}

void TestNemoHostile::pickle_manyDoublings_stayFlat() {
    // x = [[], []]; x = [x, x]; … 64 times: 2^64 leaves as a tree, 64 nodes as a graph
    std::string pickle = "\x80\x02]";
    for (int i = 0; i < 64; ++i)
        pickle += "q\x01"
                  "0](h\x01h\x01"
                  "e";
    const auto checkpoint = parseText(checkpointOf(pickle + '.'));
    VERIFY_RESULT(checkpoint);
    const auto shown = archive::toValue(checkpoint->root());
    QVERIFY(!shown.has_value());
    QCOMPARE(shown.error().exitCode(), 3);
}

void TestNemoHostile::tensor_refuses_data() {
    QTest::addColumn<QByteArray>("pickle");
    const auto row = [](const char* name, const std::string& text) {
        QTest::newRow(name) << QByteArray(text.data(), static_cast<qsizetype>(text.size()));
    };
    constexpr std::int64_t kLarge = std::int64_t{1} << 62;
    row("past its storage", tensorPickle(4, 0, {5}, {1}));
    row("offset past its storage", tensorPickle(4, 3, {2}, {1}));
    row("offset far past its storage", tensorPickle(4, kLarge, {1}, {1}));
    row("negative offset", tensorPickle(4, -1, {2}, {1}));
    row("negative stride", tensorPickle(4, 3, {2}, {-1}));
    row("negative extent", tensorPickle(4, 0, {-2}, {1}));
    row("strides that reach out", tensorPickle(4, 0, {2, 2}, {3, 1}));
    row("overflowing shape", tensorPickle(4, 0, {kLarge, 4}, {0, 0}));
    row("overflowing stride", tensorPickle(4, 0, {3}, {kLarge}));
    row("endless expansion", tensorPickle(4, 0, {kLarge}, {0}));
    row("a storage larger than its record", tensorPickle(5, 0, {1}, {1}));
    row("a storage beyond memory", tensorPickle(kLarge, 0, {1}, {1}));
    row("a missing storage", tensorPickle(4, 0, {4}, {1}));
}

void TestNemoHostile::tensor_refuses() {
    QFETCH(QByteArray, pickle);
    const bool isMissing =
        QLatin1StringView(QTest::currentDataTag()) == QLatin1StringView("a missing storage");
    const std::string key = isMissing ? "7" : "0";
    const auto checkpoint = parseText(checkpointOf(pickle.toStdString(), {{key, std::string(16, '\1')}}));
    QVERIFY(!checkpoint.has_value());
    QCOMPARE(checkpoint.error().exitCode(), 3);
    const auto good = parseText(checkpointOf(tensorPickle(4, 1, {3}, {1}), {{"0", std::string(16, '\1')}}));
    VERIFY_RESULT(good);
    QCOMPARE(good->tensors().at(0).bytes.size(), std::size_t{12});
}

void TestNemoHostile::verify_tellsWhatIsWrong() {
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("x.nemo")).toStdString();
    std::string weights = checkpointOf(tensorPickle(4, 0, {4}, {1}), {{"0", std::string(16, '\1')}});
    weights[weights.find(std::string(16, '\1'))] = '\2'; // the checksum no longer fits
    const std::string yaml = "tokenizer:\n  model_path: nemo:gone.model\n";
    QVERIFY(writeFileAtomically(
                path, tarOf({{"./model_config.yaml", yaml}, {"./model_weights.ckpt", weights}, {"/abs", ""}}))
                .has_value());
    const auto nemo = archive::Nemo::open(path);
    VERIFY_RESULT(nemo);
    std::string text;
    for (const archive::Finding& finding : archive::verify(*nemo))
        text += finding.text + '\n';
    for (const char* expected : {"gone.model", "tokenizer.model_path", "checksum", "/abs", "target"})
        QVERIFY2(text.find(expected) != std::string::npos,
                 (std::string(expected) + " not in:\n" + text).c_str());
}

QTEST_APPLESS_MAIN(TestNemoHostile)
#include "tst_nemo_hostile.moc"
