// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of tests/data/hostile (tests/oracle/make_hostile.py): refused with a reason, or opened and shown
// as suspicious; never run, written outside or grown to more than a gigabyte. Each in its own process.
#include "engine/archive/inspect.h"
#include "engine/base/file.h"
#include "tests/engine/archive/archive_testing.h"

#include <QDir>
#include <QTemporaryDir>
#include <filesystem>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fathom;
namespace fs = std::filesystem;

namespace {

constexpr const char* kMarker = "/tmp/fathom-hostile-was-here";
constexpr const char* kFolder = FATHOM_TEST_DATA "/hostile";

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kLimitsMemory = false; // the sanitizer reserves terabytes
#else
constexpr bool kLimitsMemory = true;
#endif

struct Expected {
    const char* file;
    const char* outcome; ///< how it is refused, or what verify says: a part of the text, after the kind of it
};

const Expected kExpected[] = {
    {"backwards.safetensors", "refused: end before they begin"},
    {"config_alias_bomb.nemo", "error: more than 200,000 values"},
    {"config_artifact_parent.nemo", "error: ../../../../etc/passwd, which is missing"},
    {"config_deep.nemo", "error: nested more than 200 levels"},
    {"config_deep_maps.nemo", "error: nested more than 200 levels"},
    {"config_env.nemo", "warning: secret asks for the environment"},
    {"config_interpolation_bomb.nemo", "warning: expand to more than 16 MiB"},
    {"config_interpolation_cycle.nemo", "warning: cannot be resolved"},
    {"config_target.nemo", "warning: target is os.system, which is no class of a model: NeMo 3.0 blocks it"},
    {"config_target_nested.nemo", "warning: encoder.layers.0._target_ is builtins.eval"},
    {"config_target_subprocess.nemo", "warning: _target_ is subprocess.check_output"},
    {"config_terminal.nemo", "warning: control characters"},
    {"deep.safetensors", "refused: a list where it may not"},
    {"dtype.safetensors", "refused: dtype OBJECT"},
    {"duplicate.safetensors", "refused: names a twice"},
    {"hole.safetensors", "refused: a hole before"},
    {"huge_header.safetensors", "refused: cut short"},
    {"large_header.safetensors", "refused: ends in its header"},
    {"legacy_storage_count.ckpt", "refused: ends in the middle of a storage"},
    {"legacy_system.ckpt", "error: names os.system"},
    {"metadata.safetensors", "refused: an object where it may not"},
    {"negative.safetensors", "refused: a negative number"},
    {"not_json.safetensors", "refused: not JSON"},
    {"overflow.safetensors", "refused: impossible shape"},
    {"overlap.safetensors", "refused: overlap those of another tensor"},
    {"pickle_build_setstate.ckpt", "error: names os.system"},
    {"pickle_copy_bomb.ckpt", "refused: copies lists over and over"},
    {"pickle_deep_lists.ckpt", "warning: nest deeper than 100 levels"},
    {"pickle_doubling.ckpt", "warning: more than a million values"},
    {"pickle_ext1.ckpt", "refused: opcode 130"},
    {"pickle_ext2.ckpt", "refused: opcode 131"},
    {"pickle_ext4.ckpt", "refused: opcode 132"},
    {"pickle_inst.ckpt", "refused: opcode 105"},
    {"pickle_long.ckpt", "refused: it is damaged at byte"},
    {"pickle_newobj_ex.ckpt", "error: names subprocess.Popen"},
    {"pickle_newobj_subprocess.ckpt", "error: names subprocess.Popen"},
    {"pickle_obj_os_system.ckpt", "error: names os.system"},
    {"pickle_object_bomb.ckpt", "refused: more objects than any checkpoint has"},
    {"pickle_persistent_id.ckpt", "error: names os.system"},
    {"pickle_rebuild_from_type.ckpt", "error: names os.system"},
    {"pickle_reduce_builtins_eval.ckpt", "error: names builtins.eval"},
    {"pickle_reduce_getattr.ckpt", "error: names builtins.getattr"},
    {"pickle_reduce_os_system.ckpt", "error: names os.system"},
    {"pickle_reduce_posix_system.ckpt", "error: names posix.system"},
    {"pickle_reduce_runpy.ckpt", "error: names runpy.run_path"},
    {"pickle_reduce_subprocess.ckpt", "error: names subprocess.Popen"},
    {"pickle_stack_global.ckpt", "error: names builtins.exec"},
    {"pickle_string_length.ckpt", "refused: it is damaged at byte"},
    {"shape.safetensors", "refused: by dtype and shape 12"},
    {"short.safetensors", "refused: shorter than its tensors"},
    {"tar_absolute.nemo", "warning: its name is absolute"},
    {"tar_bzip2_bomb.nemo", "refused: grows to more than"},
    {"tar_device.nemo", "warning: neither a file nor a folder"},
    {"tar_duplicate_config.nemo", "warning: is there twice"},
    {"tar_duplicate_weights.nemo", "warning: is there twice"},
    {"tar_gnu_parent.nemo", "warning: leads out of the folder"},
    {"tar_gzip_bomb.nemo", "refused: grows to more than"},
    {"tar_gzip_cut.nemo", "refused: cut short"},
    {"tar_hardlink_config.nemo", "warning: it is a link"},
    {"tar_inner_parent.nemo", "warning: leads out of the folder"},
    {"tar_parent.nemo", "warning: leads out of the folder"},
    {"tar_pax_length.nemo", "refused: extended header"},
    {"tar_pax_parent.nemo", "warning: leads out of the folder"},
    {"tar_pax_size.nemo", "refused: in the middle of ./a"},
    {"tar_pax_size_negative.nemo", "refused: is damaged"},
    {"tar_size_base256.nemo", "refused: is damaged"},
    {"tar_size_beyond_end.nemo", "refused: in the middle of ./artifact.txt"},
    {"tar_size_negative.nemo", "refused: is damaged"},
    {"tar_sparse.nemo", "refused: sparse"},
    {"tar_symlink_config.nemo", "error: holds no model_config.yaml"},
    {"tar_symlink_folder.nemo", "warning: it is a link"},
    {"tensor_giant_shape.ckpt", "refused: impossible shape"},
    {"tensor_many_expanded.ckpt", "warning: by strides of 0"},
    {"tensor_missing_storage.ckpt", "refused: data/7 is missing"},
    {"tensor_negative_offset.ckpt", "refused: reaches outside"},
    {"tensor_negative_size.ckpt", "refused: impossible shape"},
    {"tensor_negative_stride.ckpt", "refused: impossible shape or stride"},
    {"tensor_offset.ckpt", "refused: reaches outside"},
    {"tensor_out_of_bounds.ckpt", "refused: reaches outside"},
    {"tensor_overflow_shape.ckpt", "refused: impossible shape"},
    {"tensor_overflow_stride.ckpt", "refused: impossible shape"},
    {"tensor_storage_count.ckpt", "refused: fewer than its tensors say"},
    {"tensor_storage_traversal.ckpt", "refused: ../../version is missing"},
    {"tensor_strides_out.ckpt", "refused: reaches outside"},
    {"trailing.safetensors", "refused: goes on behind its last tensor"},
    {"zip64_count.ckpt", "refused: more records than fit"},
    {"zip64_locator.ckpt", "refused: end with the list of records is missing"},
    {"zip64_offset.ckpt", "refused: list of records is damaged"},
    {"zip64_size_missing.ckpt", "refused: sizes of record archive/data/0 are missing"},
    {"zip_big_endian.ckpt", "refused: big-endian"},
    {"zip_deflate_bomb.ckpt", "refused: beyond all reason"},
    {"zip_deflate_lies.ckpt", "refused: expands to more than it says"},
    {"zip_directory_inside.ckpt", "refused: overlaps the list of records"},
    {"zip_directory_offset.ckpt", "refused: list of records is damaged"},
    {"zip_duplicate.ckpt", "refused: two records called"},
    {"zip_method.ckpt", "refused: compressed by method 12"},
    {"zip_methods_disagree.ckpt", "refused: two headers"},
    {"zip_names_disagree.ckpt", "refused: two headers"},
    {"zip_overlap.ckpt", "refused: record archive/data/1 overlaps record archive/data/0"},
    {"zip_past_end.ckpt", "refused: reaches past the end"},
    {"zip_same_header.ckpt", "refused: two headers"},
    {"zip_sizes_disagree.ckpt", "refused: two headers"},
    {"zip_stored_sizes.ckpt", "refused: sizes of record archive/data/0 disagree"},
};

std::string findingLines(const std::vector<archive::Finding>& findings) {
    std::string text;
    for (const archive::Finding& finding : findings)
        text +=
            (finding.severity == archive::Severity::Error ? "error: " : "warning: ") + finding.text + '\n';
    return text;
}

/// All that Fathom does with a file that somebody was sent. What is said begins lines "refused: ", …
std::string look(const fs::path& file, const fs::path& folder) {
    if (file.extension() == ".nemo") {
        const auto nemo = archive::Nemo::open(file);
        if (!nemo) return "refused: " + nemo.error().message() + '\n';
        const auto extracted = archive::extract(*nemo, {}, folder);
        std::string text = findingLines(archive::verify(*nemo));
        if (!extracted) text += "not extracted: " + extracted.error().message() + '\n';
        return text;
    }
    const auto weights = archive::openWeights(file);
    if (!weights) return "refused: " + weights.error().message() + '\n';
    (void)archive::toValue((*weights)->root());
    return findingLines(archive::verify(**weights));
}

void limitProcess() {
    const rlimit memory{std::uint64_t{1} << 30, std::uint64_t{1} << 30};
    if (kLimitsMemory) setrlimit(RLIMIT_AS, &memory);
    const rlimit seconds{30, 30};
    setrlimit(RLIMIT_CPU, &seconds);
}

struct Seen {
    std::string text{};
    bool endedWell = false;
};

Seen lookInChild(const fs::path& file, const fs::path& folder) {
    int ends[2];
    if (pipe(ends) != 0) return {};
    const pid_t child = fork();
    if (child == 0) {
        limitProcess();
        const std::string text = look(file, folder);
        const ssize_t written = write(ends[1], text.data(), text.size());
        _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    close(ends[1]);
    Seen seen;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof buffer)) > 0;)
        seen.text.append(buffer, static_cast<std::size_t>(count));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    seen.endedWell = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return seen;
}

/// One line that begins with the kind of `outcome` and holds the rest of it.
bool says(const std::string& text, const std::string& outcome) {
    const std::size_t colon = outcome.find(": ") + 2;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (line.starts_with(outcome.substr(0, colon)) &&
            line.find(outcome.substr(colon), colon) != std::string::npos)
            return true;
        at = end + 1;
    }
    return false;
}

} // namespace

class TestHostileCorpus : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void everyFile_hasAnExpectation();
    void eachFile_isRefusedOrShown_data();
    void eachFile_isRefusedOrShown();
};

void TestHostileCorpus::init() {
    fs::remove(kMarker);
}

void TestHostileCorpus::everyFile_hasAnExpectation() {
    QStringList expected{QStringLiteral("README.md")};
    for (const Expected& row : kExpected)
        expected.append(QString::fromLatin1(row.file));
    QStringList there = QDir(QString::fromLatin1(kFolder)).entryList(QDir::Files);
    expected.sort();
    there.sort();
    QCOMPARE(there, expected);
}

void TestHostileCorpus::eachFile_isRefusedOrShown_data() {
    QTest::addColumn<QString>("outcome");
    for (const Expected& row : kExpected)
        QTest::newRow(row.file) << QString::fromLatin1(row.outcome);
}

void TestHostileCorpus::eachFile_isRefusedOrShown() {
    QFETCH(QString, outcome);
    QTemporaryDir folder;
    qputenv("XDG_CACHE_HOME", folder.filePath(QStringLiteral("cache")).toLocal8Bit());
    const fs::path target = folder.filePath(QStringLiteral("in/out")).toStdString();
    const Seen seen = lookInChild(fs::path(kFolder) / QTest::currentDataTag(), target);
    QVERIFY2(seen.endedWell, seen.text.c_str());
    QVERIFY2(says(seen.text, outcome.toStdString()), seen.text.c_str());
    QVERIFY(seen.text.find("not extracted") == std::string::npos);
    QVERIFY(!fs::exists(kMarker));
    if (!fs::exists(target)) return;
    QCOMPARE(QDir(folder.filePath(QStringLiteral("in"))).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("out")});
    for (const auto& entry : fs::recursive_directory_iterator(target))
        QVERIFY(entry.symlink_status().type() == fs::file_type::regular ||
                entry.symlink_status().type() == fs::file_type::directory);
}

QTEST_APPLESS_MAIN(TestHostileCorpus)
#include "tst_hostile_corpus.moc"
