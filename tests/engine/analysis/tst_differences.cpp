// SPDX-License-Identifier: GPL-3.0-or-later
// Settings, texts, patches, manifests, predictions and weights of runs side by side.
#include "engine/analysis/manifest_diff.h"
#include "engine/analysis/predictions.h"
#include "engine/analysis/random.h"
#include "engine/analysis/sequence_diff.h"
#include "engine/analysis/settings.h"
#include "engine/analysis/text_diff.h"
#include "engine/analysis/weights.h"
#include "engine/base/file.h"
#include "engine/store/types.h"
#include "tests/engine/archive/archive_testing.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace fathom;
using namespace fathom::analysis;

namespace {

std::vector<std::string> keysOf(const std::vector<ComparedKey>& rows, bool onlyDifferent) {
    std::vector<std::string> keys;
    for (const ComparedKey& row : rows)
        if (row.differs || !onlyDifferent) keys.push_back(row.key);
    return keys;
}

Settings leaves(const char* json) {
    Settings settings;
    for (const store::ConfigLeaf& leaf : store::leavesOf(fromJson(json).value()))
        settings.push_back({leaf.key, leaf.value, leaf.layer, leaf.origin});
    return settings;
}

/// The length of a longest common subsequence, by the book.
std::size_t commonLength(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j)
            best[i][j] =
                a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1 : std::max(best[i - 1][j], best[i][j - 1]);
    return best[a.size()][b.size()];
}

std::string textOf(const DiffLine& line, std::size_t mark) {
    return line.text.substr(line.marks[mark].first, line.marks[mark].count);
}

} // namespace

class DifferencesTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    std::filesystem::path write(const char* name, const std::string& text) {
        const std::filesystem::path path = std::filesystem::path(m_folder.path().toStdString()) / name;
        if (!writeFileAtomically(path, text)) qFatal("cannot write");
        return path;
    }

private Q_SLOTS:
    void identicalKeys_areTold_andNewOnesFollowTheirNeighbours() {
        const Settings first = leaves(R"({"name": "net", "optim": {"lr": 0.1, "name": "sgd"}, "epochs": 3})");
        const Settings second =
            leaves(R"({"name": "net", "optim": {"lr": 0.2, "wd": 0.01, "name": "sgd"}, "epochs": 3.0})");
        const Settings third = leaves(R"({"name": "net", "optim": {"lr": 0.1}, "epochs": 3})");
        const auto rows = compareSettings({&first, &second, &third}, 0);
        QCOMPARE(keysOf(rows, false),
                 (std::vector<std::string>{"name", "optim.lr", "optim.wd", "optim.name", "epochs"}));
        QCOMPARE(keysOf(rows, true),
                 (std::vector<std::string>{"optim.lr", "optim.wd", "optim.name", "epochs"}));
        QVERIFY(rows[1].differsBetween(0, 1));
        QVERIFY(!rows[1].differsBetween(0, 2));
        QVERIFY(rows[2].runs[0] == nullptr && rows[2].runs[1] != nullptr);
        QVERIFY(rows[3].differsBetween(0, 2));
        QVERIFY2(rows[4].differs, "3 and 3.0 are not the same to a config");
        QVERIFY(keysOf(compareSettings({&first}, 0), true).empty());
        QVERIFY(compareSettings({}, 0).empty());
        QCOMPARE(displayText(Value(Value::List{0.9, 0.5})), std::string("[0.9, 0.5]"));
        QCOMPARE(displayText("adam"), std::string("adam"));
    }

    void hundredRunsOfTwoThousandKeys_areComparedAtOnce() {
        std::vector<Settings> runs(100);
        for (std::size_t run = 0; run < runs.size(); ++run)
            for (int key = 0; key < 2000; ++key)
                runs[run].push_back(
                    {.key = "section" + std::to_string(key % 40) + ".key" + std::to_string(key),
                     .value = key == 77 ? Value(static_cast<std::int64_t>(run)) : Value(key)});
        std::vector<const Settings*> pointers;
        for (const Settings& run : runs)
            pointers.push_back(&run);
        QElapsedTimer timer;
        timer.start();
        const auto rows = compareSettings(pointers, 3);
        qInfo("100 runs × 2,000 keys: %lld ms", static_cast<long long>(timer.elapsed()));
        QCOMPARE(keysOf(rows, true).size(), std::size_t{1});
        QVERIFY(timer.elapsed() < 1000);
    }

    void sequenceDiff_isRightAndShortest_forRandomSequences() {
        Random random(1);
        for (int round = 0; round < 2000; ++round) {
            std::vector<std::uint32_t> a(random.below(25));
            std::vector<std::uint32_t> b(random.below(25));
            for (auto* side : {&a, &b})
                for (auto& item : *side)
                    item = static_cast<std::uint32_t>(random.below(4));
            std::size_t same = 0;
            std::size_t i = 0;
            std::size_t j = 0;
            for (const Edit& edit : diffSequences(a, b)) {
                QCOMPARE(edit.before, i);
                QCOMPARE(edit.after, j);
                if (edit.kind == EditKind::Same) {
                    QCOMPARE(a[i], b[j]);
                    ++same;
                }
                i += edit.kind == EditKind::Added ? 0 : 1;
                j += edit.kind == EditKind::Removed ? 0 : 1;
            }
            QCOMPARE(i, a.size());
            QCOMPARE(j, b.size());
            QCOMPARE(same, commonLength(a, b));
        }
    }

    void hugeDifference_isStillRight() {
        std::vector<std::uint32_t> a(9000);
        std::vector<std::uint32_t> b(9000);
        for (std::uint32_t i = 0; i < 9000; ++i) {
            a[i] = i;
            b[i] = 20000 + i;
        }
        a.front() = b.front();
        const auto edits = diffSequences(a, b);
        QCOMPARE(edits.size(), std::size_t{1 + 2 * 8999});
        QVERIFY(edits.front().kind == EditKind::Same);
    }

    void changedWords_areMarkedInTheirLines() {
        const auto hunks = diffText("a\nb\nlr: 0.01 # rate\nc\n", "a\nb\nlr: 0.02 # rate\nc\nd\n");
        QCOMPARE(hunks.size(), std::size_t{1});
        const auto& lines = hunks.front().lines;
        QCOMPARE(lines.size(), std::size_t{6});
        QCOMPARE(textOf(lines[2], 0), std::string("01"));
        QCOMPARE(textOf(lines[3], 0), std::string("02"));
        QVERIFY(lines[5].kind == DiffLine::Kind::Added && lines[5].marks.empty());
        QCOMPARE(lines[3].after, 3);
        QCOMPARE(unifiedText(hunks),
                 std::string("@@ -1,4 +1,5 @@\n a\n b\n-lr: 0.01 # rate\n+lr: 0.02 # rate\n c\n+d\n"));
        QVERIFY(diffText("same\n", "same").empty());
        QVERIFY(diffText("", "").empty());
    }

    void distantChanges_areHunksOfTheirOwn() {
        std::string before;
        for (int i = 0; i < 40; ++i)
            before += std::to_string(i) + '\n';
        std::string after = before;
        after.replace(after.find("\n5\n"), 3, "\nfive\n");
        after.replace(after.find("\n30\n"), 4, "\nthirty\n");
        const auto hunks = diffText(before, after);
        QCOMPARE(hunks.size(), std::size_t{2});
        QCOMPARE(hunks[0].lines.size(), std::size_t{8});
        QCOMPARE(hunks[1].lines.front().before, 28);
        QCOMPARE(diffText(before, after, {.context = -1}).front().lines.size(), std::size_t{42});
        QCOMPARE(diffText(before, after, {.context = 12}).size(), std::size_t{1});
    }

    void patches_areComparedFileByFile() {
        const std::string same =
            "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n";
        const std::string first = same + "diff --git a/y.py b/y.py\n@@ -1 +1 @@\n-lr = 1\n+lr = 2\n";
        std::string second = same + "diff --git a/y.py b/y.py\n@@ -1 +1 @@\n-lr = 1\n+lr = 3\n" +
                             "diff --git a/z.py b/z.py\nnew file mode 100644\n";
        second.replace(second.find("index 1..2"), 10, "index 7..9");
        const auto differences = diffPatches(first, second);
        QCOMPARE(differences.size(), std::size_t{2});
        QCOMPARE(differences[0].path, std::string("y.py"));
        QCOMPARE(textOf(differences[0].hunks.front().lines.back(), 0), std::string("3"));
        QCOMPARE(differences[1].path, std::string("z.py"));
        QVERIFY(differences[1].before.empty());
        QVERIFY(diffPatches(same, same).empty());
        QVERIFY(diffPatches({}, {}).empty());
    }

    void manifests_areComparedByRecording() {
        const auto before = write("a.json", R"({"audio_filepath": "a.wav", "duration": 1.5, "text": "on"}
{"audio_filepath": "b.wav", "duration": 2, "text": "off"}
{"audio_filepath": "c.wav", "duration": 3, "offset": 1.0, "text": "up"}
{"audio_filepath": "e.wav", "duration": 1, "text": "e"}
)");
        const auto after = write("b.json", R"({"audio_filepath": "e.wav", "text": "e", "duration": 1}
{"audio_filepath": "b.wav", "duration": 2, "text": "of"}

{"audio_filepath": "d.wav", "duration": 3600, "text": "down"}
{"audio_filepath": "a.wav", "duration": 1.5, "text": "on"})");
        const auto diff = diffManifests(before, after);
        QVERIFY(diff.has_value());
        QCOMPARE(diff->before.entries, 4);
        QCOMPARE(diff->before.seconds, 7.5);
        QCOMPARE(diff->after.seconds, 3604.5);
        QCOMPARE(diff->added.entries, 1);
        QCOMPARE(diff->removed.entries, 1);
        QCOMPARE(diff->changed.entries, 1); // e.wav only has its keys in another order
        QCOMPARE(diff->changes.size(), std::size_t{3});
        QCOMPARE(diff->changes[0].before, std::string(R"(text: "off")"));
        QCOMPARE(diff->changes[0].after, std::string(R"(text: "of")"));
        QCOMPARE(diff->changes[1].entry, std::string("c.wav @1.0 s"));
        QVERIFY(diffManifests(before, before)->isEmpty());
        QCOMPARE(diffManifests(before, after, {.mostChanges = 1})->changes.size(), std::size_t{1});
    }

    void brokenManifest_isNamedWithItsLine() {
        const auto good = write("good.json", "{\"audio_filepath\": \"a.wav\"}\n");
        const auto bad = write("bad.json", "{\"audio_filepath\": \"a.wav\"}\nnonsense\n");
        const auto diff = diffManifests(good, bad);
        QVERIFY(!diff);
        QCOMPARE(diff.error().line, 2);
        QVERIFY(diff.error().file.ends_with("bad.json"));
        QVERIFY(diffManifests(good, "/nowhere").error().kind == ErrorKind::BadInput);
    }

    void predictions_areJoinedBySource() {
        const double none = std::numeric_limits<double>::quiet_NaN();
        const std::vector<Prediction> first{{"a.wav", 0, "on", "on", 0}, {"b.wav", 1, "off", "of", 1}};
        const std::vector<Prediction> second{
            {"b.wav", 0, "off", "off", 0}, {"c.wav", 1, "up", "up", none}, {"a.wav", 2, "on", "on", 0}};
        const auto rows = comparePredictions({first, second}, 0);
        QCOMPARE(rows.size(), std::size_t{3});
        QVERIFY(!rows[0].differs());
        QCOMPARE(rows[1].worsening(0, 1), -1.0);
        QCOMPARE(rows[1].spread(), 1.0);
        QVERIFY(rows[1].differs());
        QVERIFY(!rows[2].runs[0] && std::isnan(rows[2].worsening(0, 1)) && std::isnan(rows[2].spread()));
        QCOMPARE(comparePredictions({first, second}, 1).front().source, std::string("b.wav"));
    }

    void clipsOfOneName_areToldApartByTheirOrder() {
        const std::vector<Prediction> first{{"a.wav", 0, "one", "x", 0}, {"a.wav", 1, "two", "y", 0}};
        const std::vector<Prediction> second{{"a.wav", 0, "one", "x", 0}, {"a.wav", 1, "two", "z", 0}};
        const auto rows = comparePredictions({first, second}, 0);
        QCOMPARE(rows.size(), std::size_t{2});
        QVERIFY(!rows[0].differs() && rows[1].differs() && !rows[1].referencesDiffer);
    }

    void weights_areComparedTensorByTensor() {
        using archive::DType;
        const auto save = [&](const char* name, const std::vector<float>& w, bool extra) {
            archive::NemoContents contents{.configYaml = "target: x\n"};
            contents.tensors.push_back(
                testing::makeTensor("same", DType::Float32, {1}, std::vector<float>{1}));
            contents.tensors.push_back(testing::makeTensor("w", DType::Float32, {2}, w));
            if (extra)
                contents.tensors.push_back(
                    testing::makeTensor("b", DType::Float32, {1}, std::vector<float>{9}));
            const auto path = std::filesystem::path(m_folder.path().toStdString()) / name;
            if (!archive::writeNemo(path, contents)) qFatal("cannot write");
            return path;
        };
        const auto base = save("base.nemo", {3, 4}, false);
        const auto near = save("near.nemo", {3, 5}, false);
        const auto wide = save("wide.nemo", {-3, -4}, true);
        std::vector<std::size_t> progress;
        const auto result =
            compareWeights({base, near, {}, wide, "/nowhere.nemo"}, 0,
                           {.onProgress = [&](std::size_t done, std::size_t) { progress.push_back(done); }});
        QVERIFY(result.has_value());
        QCOMPARE(result->tensors.size(), std::size_t{2});
        const ComparedTensor& w = result->tensors[0];
        QCOMPARE(w.name, std::string("w"));
        QVERIFY(!w.runs[0] && !w.runs[2] && !w.runs[4]);
        QCOMPARE(w.runs[1]->relativeChange(), 1.0 / 5);
        QCOMPARE(w.runs[1]->difference->normBefore, 5.0);
        QVERIFY(std::fabs(w.runs[1]->difference->normAfter - std::sqrt(34)) < 1e-12);
        QCOMPARE(w.runs[3]->relativeChange(), 2.0);
        QCOMPARE(w.runs[3]->difference->cosine, -1.0);
        QVERIFY(result->tensors[1].runs[3]->kind == archive::ChangeKind::Added);
        QVERIFY(std::isnan(result->tensors[1].runs[3]->relativeChange()));
        QCOMPARE(result->counts[1].identical, std::int64_t{1});
        QVERIFY(result->problems[4].has_value() && !result->problems[1]);
        QCOMPARE(progress.back(), std::size_t{5});
        QVERIFY(!compareWeights({{}, base}, 0));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(compareWeights({base, near}, 0, {.stop = stop.get_token()}).error().kind ==
                ErrorKind::Interrupted);
    }
};

QTEST_GUILESS_MAIN(DifferencesTest)
#include "tst_differences.moc"
