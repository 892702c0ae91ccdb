// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/curve_loader.h"
#include "app/plots/curve_store.h"
#include "engine/store/recorder.h"
#include "tests/app/board_fixture.h"

#include <QSignalSpy>
#include <QtTest>

#include <map>
#include <set>

using namespace fathom;
using namespace fathom::app;

namespace {

using Floats = std::vector<double>;

/// What plots were told, put together as a plot would.
struct Heard {
    explicit Heard(CurveLoader& loader) {
        QObject::connect(&loader, &CurveLoader::plotChanged, &loader, [this](const PlotNewsPtr& news) {
            for (const CurveNews& curve : news->curves) {
                coarse = coarse || curve.coarse;
                ++deliveries;
                if (curve.append) ++appends;
                auto& points = curves[{news->plot, curve.curve}];
                if (!curve.append) points = {};
                points.x.insert(points.x.end(), curve.content->x->begin(), curve.content->x->end());
                points.y.insert(points.y.end(), curve.content->y.begin(), curve.content->y.end());
                points.smoothed = curve.content->smoothed;
                if (curve.content->voidX) points.voidX = *curve.content->voidX;
            }
            for (const GroupNews& group : news->groups)
                groups[{news->plot, group.group}] = group.curve;
            if (news->marks) marks = *news->marks;
            if (news->complete) complete.insert({news->plot, news->query});
        });
    }
    struct Points {
        Floats x;
        Floats y;
        Floats smoothed;
        Floats voidX;
    };
    std::map<std::pair<quint64, std::size_t>, Points> curves;
    std::map<std::pair<quint64, std::size_t>, std::shared_ptr<const widgets::CurveGroup>> groups;
    std::vector<MarkNews> marks;
    std::set<std::pair<quint64, PlotQueryPtr>> complete;
    bool coarse = false;
    int deliveries = 0;
    int appends = 0;
};

PlotQueryPtr query(PlotQuery query) {
    return std::make_shared<const PlotQuery>(std::move(query));
}

constexpr int kPatienceMs = 30'000;

} // namespace

class TestCurveLoader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tellsWhatTheRunsAre() {
        BoardFixture fixture;
        const store::RunId a =
            fixture.addRun({{.key = "optim.lr", .value = 0.1}, {.key = "name", .value = "x"}});
        const store::RunId b = fixture.addRun({{.key = "optim.lr", .value = 2}});
        fixture.addSeries(a, "loss", 3, 1, [](double x) { return x; });
        fixture.addSeries(b, "wer", 3, 1, [](double x) { return x; });
        QVERIFY(fixture.commit());
        CurveLoader loader(fixture.workspace());
        QSignalSpy told(&loader, &CurveLoader::factsChanged);
        loader.setRuns({b, store::RunId{77}, a}, {QStringLiteral("optim.lr")});
        QTRY_COMPARE_WITH_TIMEOUT(told.count(), 1, kPatienceMs);
        const auto facts = told[0][0].value<BoardFactsPtr>();
        QCOMPARE(facts->runs.size(), std::size_t{2}); // 77 does not exist
        QCOMPARE(facts->runs[0].title, QStringLiteral("speech/2"));
        QCOMPARE(facts->runs[1].config.at(QStringLiteral("optim.lr")), QStringLiteral("0.1"));
        QCOMPARE(facts->metrics, (QStringList{QStringLiteral("loss"), QStringLiteral("wer")}));
        QCOMPARE(facts->configKeys, (QStringList{QStringLiteral("name"), QStringLiteral("optim.lr")}));
    }

    void loadsSmoothsAndAverages() {
        BoardFixture fixture;
        const store::RunId a = fixture.addRun();
        const store::RunId b = fixture.addRun();
        fixture.addSeries(a, "loss", 4, 10, [](double x) { return x; });
        fixture.addSeries(b, "loss", 4, 10, [](double x) { return x + 2; });
        QVERIFY(fixture.commit());
        CurveLoader loader(fixture.workspace());
        Heard heard(loader);
        const widgets::Smoothing smoothing{.method = widgets::SmoothingMethod::Ema, .weight = 0.5};
        const auto curves =
            query({.curves = {{a, "loss"}, {b, "nothing"}, {b, "loss"}}, .smoothing = smoothing});
        const auto mean = query({.curves = {{a, "loss"}, {b, "loss"}},
                                 .axis = XAxis::Relative,
                                 .groups = {{0, 1}},
                                 .spread = widgets::Spread::Range});
        loader.setPlots({{1, curves}, {2, mean}});
        QTRY_COMPARE_WITH_TIMEOUT(heard.complete.size(), std::size_t{2}, kPatienceMs);
        const auto& points = heard.curves[{1, 2}];
        QCOMPARE(points.x, (Floats{0, 10, 20, 30}));
        QCOMPARE(points.y, (Floats{2, 12, 22, 32}));
        QCOMPARE(points.smoothed, widgets::smooth(points.y, smoothing));
        QVERIFY(heard.curves[std::make_pair(quint64{1}, std::size_t{1})].x.empty());
        const auto& group = heard.groups.at({2, 0});
        QCOMPARE(group->x, (Floats{0, 1, 2, 3}));
        QCOMPARE(group->mean, (Floats{1, 11, 21, 31}));
        QCOMPARE(group->high, (Floats{2, 12, 22, 32}));
        QVERIFY(!heard.curves.contains({2, 0})); // the average is all that is drawn
    }

    void longSeriesComeCoarseFirst_thenWhole() {
        BoardFixture fixture;
        const store::RunId run = fixture.addRun();
        constexpr int count = 120'000;
        fixture.addSeries(run, "loss", count, 1, [](double x) { return x == 77'777 ? 1e6 : std::sin(x); });
        QVERIFY(fixture.commit());
        CurveLoader loader(fixture.workspace());
        Heard heard(loader);
        QSignalSpy told(&loader, &CurveLoader::plotChanged);
        loader.setPlots({{1, query({.curves = {{run, "loss"}}})}});
        QTRY_COMPARE_WITH_TIMEOUT(heard.complete.size(), std::size_t{1}, kPatienceMs);
        QVERIFY(heard.coarse);
        QCOMPARE(heard.deliveries, 2);
        QCOMPARE(heard.curves.at({1, 0}).x.size(), std::size_t{count});
        const CurveNews first = told[0][0].value<PlotNewsPtr>()->curves.front();
        QVERIFY(first.coarse && first.content->y.size() < 20'000);
        QCOMPARE(*std::max_element(first.content->y.begin(), first.content->y.end()),
                 1e6); // no spike is hidden
    }

    void liveRunsGoOn_withNewPointsOnly() {
        QTemporaryDir folder;
        auto recorder = std::move(*store::Recorder::open(folder.path().toStdString()));
        const auto run = *recorder->createRun({.name = "live"});
        run->state(store::RunState::Running);
        const SeriesId loss = run->series("loss");
        for (int step = 0; step < 100; ++step)
            run->put({loss, step, wallTime(), 1.0 * step});
        run->mark("command", 50, "step 50: learning rate set from 0.2 to 0.1");
        QVERIFY(recorder->flush());
        CurveLoader loader(folder.path().toStdString());
        Heard heard(loader);
        QSignalSpy facts(&loader, &CurveLoader::factsChanged);
        loader.setRuns({run->id()}, {});
        loader.setPlots({{1, query({.curves = {{run->id(), "loss"}, {run->id(), "wer"}}, .marks = true})}});
        QTRY_COMPARE_WITH_TIMEOUT(heard.complete.size(), std::size_t{1}, kPatienceMs);
        QCOMPARE(heard.marks.size(), std::size_t{1});
        QCOMPARE(heard.marks[0].x, 50.0);
        for (int step = 100; step < 150; ++step)
            run->put({loss, step, wallTime(), 1.0 * step});
        run->put({run->series("wer"), 150, wallTime(), 0.5});
        run->mark("checkpoint", 120, "saved");
        QTRY_COMPARE_WITH_TIMEOUT(heard.curves.at({1, 0}).x.size(), std::size_t{150}, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(heard.curves.at({1, 1}).y, Floats{0.5}, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(heard.marks.size(), std::size_t{2}, kPatienceMs);
        QVERIFY(heard.appends > 0);
        QVERIFY(heard.marks[1].minor);
        run->put({loss, 150, wallTime(), 150.0}); // the last point comes with the end
        run->state(store::RunState::Completed);
        QTRY_COMPARE_WITH_TIMEOUT(heard.curves.at({1, 0}).x.size(), std::size_t{151}, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(!facts.isEmpty() && facts.last()[0].value<BoardFactsPtr>()->runs[0].state ==
                                                         store::RunState::Completed,
                                 kPatienceMs);
        QVERIFY(facts.last()[0].value<BoardFactsPtr>()->metrics.contains(QStringLiteral("wer")));
    }

    void resumedRunsAreJoined_andWhatTheyReplacedIsVoid() {
        QTemporaryDir folder;
        auto recorder = std::move(*store::Recorder::open(folder.path().toStdString()));
        const auto write = [&](int from, int to, double offset) {
            auto run = *recorder->createRun({.name = "resumed"});
            run->state(store::RunState::Running);
            const SeriesId loss = run->series("loss");
            for (int step = from; step < to; ++step)
                run->put({loss, step, wallTime(), step + offset});
            return run;
        };
        const auto first = write(0, 30, 0);
        const std::string checkpoint = folder.filePath(QStringLiteral("a.ckpt")).toStdString();
        first->artifact({.kind = "ckpt", .path = checkpoint});
        first->state(store::RunState::Stopped);
        QVERIFY(recorder->flush());
        const auto second = write(20, 40, 0.5);
        second->resumedFrom(checkpoint, 19);
        second->state(store::RunState::Completed);
        QVERIFY(recorder->flush());
        CurveLoader loader(folder.path().toStdString());
        Heard heard(loader);
        const CurveId curve{second->id(), "loss"};
        loader.setPlots(
            {{1, query({.curves = {curve}})}, {2, query({.curves = {curve}, .joinResumed = false})}});
        QTRY_COMPARE_WITH_TIMEOUT(heard.complete.size(), std::size_t{2}, kPatienceMs);
        const auto& joined = heard.curves.at({1, 0});
        QCOMPARE(joined.x.size(), std::size_t{40});
        QCOMPARE(joined.y[19], 19.0);
        QCOMPARE(joined.y[20], 20.5);
        QCOMPARE(joined.voidX.size(), std::size_t{10});
        QCOMPARE(joined.voidX.front(), 20.0);
        QCOMPARE(heard.curves.at({2, 0}).x.size(), std::size_t{20});
    }

    void columnsThatWereForgottenAreReadAgain() {
        BoardFixture fixture;
        const store::RunId run = fixture.addRun();
        fixture.addSeries(run, "a", 100, 1, [](double x) { return x; });
        fixture.addSeries(run, "b", 50, 1, [](double x) { return -x; });
        QVERIFY(fixture.commit());
        CurveStore store(fixture.workspace());
        QVERIFY(store.open());
        const PlotQuery query;
        QCOMPARE(store.attempts(query, {run, "a"}).front().series->size(), std::size_t{100});
        QCOMPARE(store.attempts(query, {run, "b"}).front().series->size(), std::size_t{50});
        const std::size_t held = store.held();
        QVERIFY(held > 0);
        store.trim(held);
        QCOMPARE(store.held(), held);
        store.trim(held - 1);
        QVERIFY(store.held() < held);
        store.trim(0);
        QCOMPARE(store.held(), std::size_t{0});
        QCOMPARE(store.attempts(query, {run, "a"}).front().series->values[99], 99.0);
    }

    void whatIsNoLongerWantedIsDropped() {
        BoardFixture fixture;
        const store::RunId run = fixture.addRun();
        std::vector<CurveId> all;
        for (int i = 0; i < 200; ++i) {
            all.push_back({run, "m" + std::to_string(i)});
            fixture.addSeries(run, all.back().metric, 2000, 1, [](double x) { return x; });
        }
        QVERIFY(fixture.commit());
        CurveLoader loader(fixture.workspace());
        Heard heard(loader);
        loader.setPlots({{1, query({.curves = all})}});
        QTRY_VERIFY_WITH_TIMEOUT(heard.deliveries > 0, kPatienceMs);
        const auto wanted = query({.curves = {all.back()}});
        loader.setPlots({{2, wanted}});
        QTRY_VERIFY_WITH_TIMEOUT(heard.complete.contains({2, wanted}), kPatienceMs);
        QCOMPARE(heard.complete.size(), std::size_t{1}); // the first was never completed
        QCOMPARE(heard.curves.at({2, 0}).x.size(), std::size_t{2000});
    }

    void aWorkspaceWithoutRunsGetsThemLater() {
        QTemporaryDir folder;
        CurveLoader loader(folder.path().toStdString());
        Heard heard(loader);
        QSignalSpy failed(&loader, &CurveLoader::failed);
        loader.setPlots({{1, query({.curves = {{store::RunId{1}, "loss"}}})}});
        auto recorder = std::move(*store::Recorder::open(folder.path().toStdString()));
        const auto run = *recorder->createRun({.name = "late"});
        run->put({run->series("loss"), 1, wallTime(), 5});
        QTRY_COMPARE_WITH_TIMEOUT(heard.curves.size(), std::size_t{1}, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(heard.curves.at({1, 0}).y, Floats{5}, kPatienceMs);
        QVERIFY(failed.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCurveLoader)
#include "tst_curve_loader.moc"
