// SPDX-License-Identifier: GPL-3.0-or-later
// What resume_if_exists finds, against NeMo's check_resume, and the markers of unfinished checkpoints.
#include "tests/engine/train/train_testing.h"

#include "engine/base/file.h"
#include "engine/train/resume.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

namespace {

/// A folder of checkpoints, and the choice that exp_manager options make there.
class Checkpoints {
public:
    [[nodiscard]] std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / "checkpoints" / name;
    }
    void add(const std::string& name) const {
        std::filesystem::create_directories(path(name).parent_path());
        QVERIFY(writeFileAtomically(path(name), "x"));
    }
    [[nodiscard]] Result<ResumeChoice> find(const std::string& options) const {
        const auto config = configOf("exp_manager: {" + options + "}\n");
        const auto params = readExpManagerParams(*config);
        return params ? findResume(*params, *config, path({}).parent_path())
                      : Result<ResumeChoice>(fail(params.error()));
    }

private:
    QTemporaryDir m_folder{};
};

const std::string kResume = "resume_if_exists: true";

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

class TestFindResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void find_noResume_findsNothing();
    void find_nothingThere();
    void find_lastCheckpoint_winsOverTheNamedOne();
    void find_oneInASubfolder();
    void find_end_data();
    void find_end();
    void find_severalLast_takesTheNewest();
    void find_lastInSeveralFolders_isAnError();
    void find_unfinished();
    void find_distributedFolder_winsOverFiles();
    void find_namedCheckpointMissing();
    void marker_belongsToAllParts();
    void removeUnfinished_leavesTheOthers();
};

void TestFindResume::find_noResume_findsNothing() {
    Checkpoints checkpoints;
    checkpoints.add("net--val_loss=1.0000-epoch=1-last.ckpt");
    const auto choice = checkpoints.find("name: net");
    QVERIFY(choice && !choice->checkpoint);
}

void TestFindResume::find_nothingThere() {
    const Checkpoints checkpoints;
    const auto refused = checkpoints.find(kResume);
    QVERIFY(!refused);
    QCOMPARE(refused.error().className, std::string("NotFoundError"));
    QCOMPARE(refused.error().exitCode(), 2);
    // As the golden probe "resume without checkpoint", whose folder is r9/x/checkpoints.
    QCOMPARE(refused.error().why,
             "There were no checkpoints found in checkpoint_dir or no checkpoint folder at "
             "checkpoint_dir :" +
                 checkpoints.path({}).parent_path().string() + ". Cannot resume");
    QVERIFY(mentions(refused.error().remedy, "resume_ignore_no_checkpoint=true"));
    const auto ignored = checkpoints.find(kResume + ", resume_ignore_no_checkpoint: true");
    QVERIFY(ignored && !ignored->checkpoint);
    QVERIFY(mentions(ignored->warnings.at(0), "Training from scratch."));
}

void TestFindResume::find_lastCheckpoint_winsOverTheNamedOne() {
    Checkpoints checkpoints;
    checkpoints.add("other.ckpt");
    const std::string named = ", resume_from_checkpoint: '" + checkpoints.path("other.ckpt").string() + "'";
    const auto only = checkpoints.find(kResume + ", resume_ignore_no_checkpoint: true" + named);
    QVERIFY2(only, only ? "" : only.error().message().c_str());
    QCOMPARE(*only->checkpoint, checkpoints.path("other.ckpt"));
    QVERIFY(mentions(only->warnings.at(0), "Training from " + checkpoints.path("other.ckpt").string()));
    checkpoints.add("m--val_wer=1.000-epoch=2-last.ckpt");
    checkpoints.add("m--val_wer=1.000-epoch=2-last-EMA.ckpt"); // does not match *last.ckpt
    const auto both = checkpoints.find(kResume + named);
    QVERIFY2(both, both ? "" : both.error().message().c_str());
    QCOMPARE(*both->checkpoint, checkpoints.path("m--val_wer=1.000-epoch=2-last.ckpt"));
}

void TestFindResume::find_oneInASubfolder() {
    Checkpoints checkpoints;
    checkpoints.add("deeper/net-last.ckpt");
    const auto choice = checkpoints.find(kResume);
    QVERIFY(choice);
    QCOMPARE(*choice->checkpoint, checkpoints.path("deeper/net-last.ckpt"));
    Checkpoints sharded;
    sharded.add("mp_rank_00/net-last.ckpt");
    sharded.add("mp_rank_01/net-last.ckpt");
    const auto refused = sharded.find(kResume);
    QVERIFY(!refused && mentions(refused.error().why, "several devices"));
}

void TestFindResume::find_end_data() {
    QTest::addColumn<int>("ends");
    QTest::addColumn<bool>("pastEnd");
    QTest::addColumn<QString>("why"); // empty: it is the checkpoint
    QTest::newRow("finished") << 1 << false << "indicating that the last training run has already completed";
    QTest::newRow("past the end") << 1 << true << "";
    QTest::newRow("two ends") << 2 << true << "Multiple checkpoints [";
}

void TestFindResume::find_end() {
    QFETCH(int, ends);
    QFETCH(bool, pastEnd);
    QFETCH(QString, why);
    Checkpoints checkpoints;
    checkpoints.add("net-last.ckpt");
    for (int i = 0; i < ends; ++i)
        checkpoints.add("net" + std::to_string(i) + "-end.ckpt");
    const auto choice = checkpoints.find(kResume + (pastEnd ? ", resume_past_end: true" : ""));
    QCOMPARE(choice.has_value(), why.isEmpty());
    if (choice)
        QCOMPARE(*choice->checkpoint, checkpoints.path("net0-end.ckpt"));
    else {
        QVERIFY2(mentions(choice.error().why, why.toStdString()), choice.error().message().c_str());
        QCOMPARE(choice.error().className, std::string("ValueError"));
        QVERIFY(!choice.error().remedy.empty());
    }
}

void TestFindResume::find_severalLast_takesTheNewest() {
    Checkpoints checkpoints;
    checkpoints.add("a-last.ckpt");
    checkpoints.add("b-last.ckpt");
    const auto longAgo = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
    std::filesystem::last_write_time(checkpoints.path("b-last.ckpt"), longAgo);
    const auto choice = checkpoints.find(kResume);
    QVERIFY2(choice, choice ? "" : choice.error().message().c_str());
    QCOMPARE(*choice->checkpoint, checkpoints.path("a-last.ckpt"));
    QVERIFY(mentions(choice->warnings.at(0), "going on from the newest"));
}

void TestFindResume::find_lastInSeveralFolders_isAnError() {
    Checkpoints checkpoints;
    checkpoints.add("a-last.ckpt");
    checkpoints.add("deeper/b-last.ckpt");
    const auto refused = checkpoints.find(kResume);
    QVERIFY(!refused);
    QVERIFY(mentions(refused.error().why, "that matches *last.ckpt"));
    QVERIFY(mentions(refused.error().why, "a-last.ckpt, "));
}

void TestFindResume::find_unfinished() {
    Checkpoints checkpoints;
    checkpoints.add("a-last.ckpt");
    QVERIFY(markUnfinished(checkpoints.path("a-last.ckpt")));
    const auto refused = checkpoints.find(kResume + ", resume_ignore_no_checkpoint: true");
    QVERIFY(!refused);
    QVERIFY(mentions(refused.error().why, "Last checkpoint is unfinished and cannot be used to resume"));
    checkpoints.add("b-last.ckpt");
    const auto other = checkpoints.find(kResume);
    QVERIFY2(other, other ? "" : other.error().message().c_str());
    QCOMPARE(*other->checkpoint, checkpoints.path("b-last.ckpt"));
    QVERIFY(mentions(other->warnings.at(0), "has the unfinished marker set"));
}

void TestFindResume::find_distributedFolder_winsOverFiles() {
    Checkpoints checkpoints;
    checkpoints.add("net-last.ckpt");
    checkpoints.add("step=10-last/common.pt");
    const auto choice = checkpoints.find(kResume);
    QVERIFY(choice);
    QCOMPARE(*choice->checkpoint, checkpoints.path("step=10-last"));
}

void TestFindResume::find_namedCheckpointMissing() {
    const Checkpoints checkpoints;
    const auto refused = checkpoints.find("resume_from_checkpoint: nowhere.ckpt");
    QVERIFY(!refused);
    QCOMPARE(refused.error().className, std::string("FileNotFoundError"));
    QCOMPARE(refused.error().key, std::string("exp_manager.resume_from_checkpoint"));
    QVERIFY(mentions(refused.error().why, "Checkpoint file not found: nowhere.ckpt"));
}

void TestFindResume::marker_belongsToAllParts() {
    for (const char* name : {"a/m-last.ckpt", "a/m-last-EMA.ckpt", "a/m-last", "a/m-last.nemo"})
        QCOMPARE(unfinishedMarker(name), std::filesystem::path("a/m-last-unfinished"));
    Checkpoints checkpoints;
    checkpoints.add("m.ckpt");
    QVERIFY(!isUnfinished(checkpoints.path("m.ckpt")));
    QVERIFY(markUnfinished(checkpoints.path("m.ckpt")) && isUnfinished(checkpoints.path("m-EMA.ckpt")));
    QVERIFY(clearUnfinished(checkpoints.path("m.ckpt")) && !isUnfinished(checkpoints.path("m.ckpt")));
    QVERIFY(clearUnfinished(checkpoints.path("m.ckpt"))); // again: there is none
}

void TestFindResume::removeUnfinished_leavesTheOthers() {
    Checkpoints checkpoints;
    for (const char* name :
         {"good.ckpt", "bad.ckpt", "bad-EMA.ckpt", "deeper/bad.ckpt", "folder/part", "note.txt"})
        checkpoints.add(name);
    QVERIFY(markUnfinished(checkpoints.path("bad.ckpt")) && markUnfinished(checkpoints.path("folder")));
    QVERIFY(markUnfinished(checkpoints.path("gone.ckpt")));
    QCOMPARE(removeUnfinished(checkpoints.path({}).parent_path()).size(), std::size_t{3});
    for (const char* name : {"good.ckpt", "deeper/bad.ckpt", "note.txt"})
        QVERIFY2(std::filesystem::exists(checkpoints.path(name)), name);
    for (const char* name : {"bad.ckpt", "bad-EMA.ckpt", "folder", "bad-unfinished", "gone-unfinished"})
        QVERIFY2(!std::filesystem::exists(checkpoints.path(name)), name);
    QVERIFY(removeUnfinished(checkpoints.path("nowhere")).empty());
}

QTEST_GUILESS_MAIN(TestFindResume)
#include "tst_find_resume.moc"
