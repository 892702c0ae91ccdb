// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/slow_watch.h"

#include <QTest>

using namespace fathom::data;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SlowWatchTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void add_reportsWhatTakesFarLongerThanTheOthers() {
        SlowWatch watch({.seconds = 2, .timesMedian = 20, .secondsBetween = 30});
        const SlowWatch::Clock::time_point start{};
        for (int i = 0; i < 100; ++i)
            QVERIFY(!watch.add(0.2, start));
        QVERIFY(!watch.add(1.9, start)); // little in itself
        QVERIFY(!watch.add(3.9, start)); // less than 20 medians
        const auto report = watch.add(5.0, start);
        QVERIFY(report.has_value());
        QCOMPARE(*report, std::string("took 5.0 s where 0.2 s are usual"));
    }

    void add_isRateLimited_andSaysWhatItHeldBack() {
        SlowWatch watch;
        const SlowWatch::Clock::time_point start{};
        for (int i = 0; i < 10; ++i)
            (void)watch.add(0.01, start);
        QVERIFY(watch.add(3, start));
        QVERIFY(!watch.add(3, start + seconds(10)));
        QVERIFY(!watch.add(3, start + seconds(20)));
        const auto later = watch.add(3, start + seconds(31));
        QVERIFY(later && later->ends_with("so did 2 others since the last report"));
        QVERIFY(!watch.add(3, start + seconds(40)));
    }

    void add_knowsNoMedian_atFirst() {
        SlowWatch watch;
        QCOMPARE(watch.add(2.5).value_or(""), std::string("took 2.5 s"));
    }

    /// A data set on a slow disk is slow as a whole: that is the data wait's to show.
    void aUniformlySlowSet_isReportedOnce() {
        SlowWatch watch({.secondsBetween = 0});
        int reports = 0;
        for (int i = 0; i < 50; ++i)
            reports += watch.add(3).has_value() ? 1 : 0;
        QCOMPARE(reports, 1);
    }

    void oldest_isTheReadThatBeganFirst() {
        SlowWatch watch;
        const SlowWatch::Clock::time_point start{};
        QVERIFY(!watch.oldest(start));
        watch.begin(7, start);
        watch.begin(3, start + seconds(1));
        watch.begin(7, start + seconds(2)); // of the next epoch
        QCOMPARE(watch.oldest(start + seconds(5))->index, std::size_t(7));
        QCOMPARE(watch.oldest(start + seconds(5))->seconds, 5.0);
        watch.end(7);
        QCOMPARE(watch.oldest(start + seconds(5))->index, std::size_t(3));
        watch.end(3);
        watch.end(7);
        QVERIFY(!watch.oldest(start));
    }
};

QTEST_GUILESS_MAIN(SlowWatchTest)
#include "tst_slow_watch.moc"
