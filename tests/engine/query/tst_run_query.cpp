// SPDX-License-Identifier: GPL-3.0-or-later
// The filter language: which runs an expression keeps, and what it says of one that is wrong.
#include "tests/engine/query/query_fixture.h"

#include <QtTest>

using namespace fathom;
using namespace fathom::query;

class TestRunQuery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void expressionKeepsTheseRuns_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("kept");
        const auto row = [](const char* text, const char* kept) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(kept);
        };
        row("", "1 2 3 4 5 6");
        row("  ", "1 2 3 4 5 6");
        // words, as the filter line always took them
        row("speech", "1 2 3");
        row("FAILED", "2");
        row("-failed", "1 3 4 5 6");
        row("speech -failed", "1 3");
        row("val_wer<0.5 -failed speech", "1 3");
        row("\"speech/1\"", "1 3");
        row("optim.lr=0.02", "1");
        row("spe", "1 2 3");
        row("spec", "3");
        row("+model.aug", "3");
        row("nonesuch", "");
        row("\"and\"", "");
        row("über", "");
        row("Über", "6");
        // numbers
        row("val_wer = 0.25", "3");
        row("val_wer == 0.25", "3");
        row("val_wer != 0.25", "1 2 4 5 6");
        row("val_wer >= 40%", "1 4");
        row("val_wer<=0.4", "1 3");
        row("min(val_wer) < 0.4", "1 3");
        row("best(val_wer) < 0.4", "1 3");
        row("val_loss = nan", "2");
        row("val_loss is missing", "4 5 6");
        row("val_loss is not missing", "1 2 3");
        row("step >= 4k", "4 5 6");
        row("model.optim.lr < 0.02", "2 3");
        row("lr < 0.02", "2 3");
        row("config.model.optim.lr = 1e-3", "3");
        row("`model.optim.lr` > 0.05", "4");
        row("lr > -1", "1 2 3 4");
        row("train_loss < val_loss", "1");
        row("val_loss > `train_loss`", "1");
        row("val_loss < last(train_loss)", "3");
        row("`weird key[0]` = 1", "1");
        row("config[\"weird key[0]\"] is missing", "2 3 4 5 6");
        // mixed cells
        row("devices > 1", "3 4");
        row("devices = auto", "2");
        row("devices = 1", "1");
        row("devices in (1, auto)", "1 2");
        row("devices not in (1, auto)", "3 4 5 6");
        row("deterministic = true", "1");
        row("deterministic = false", "2");
        row("model.optim.name = null", "5");
        row("model.optim.name is missing", "6");
        // texts
        row("model.optim.name = adamw", "2 3");
        row("model.optim.name in (sgd, novograd)", "1 4");
        row("model.optim.name contains ada", "2 3");
        row("model.optim.name not contains ada", "1 4 5 6");
        row("model.optim.name =~ ^Ada", "3");
        row("model.optim.name !~ ^Ada", "1 2 4 5 6");
        row("model.optim.name =~ \"(?i)^ada|sgd$\"", "2 3 4");
        row("lr =~ ^0\\.", "1 2 4");
        row("state = Completed", "1 3");
        row("state != completed", "2 4 5 6");
        row("name = \"Über\"", "6");
        row("run = speech/10", "3");
        row("torch.version >= 2.10", "2 3");
        row("env.torch.version < 2.10", "1");
        // times
        row("started > 2026-11-26", "4 5 6");
        row("started = 2026-11-26", "3");
        row("started >= 2026-11-26", "3 4 5 6");
        row("started <= 2026-11-25", "1 2");
        row("started < 2026-11-25", "1");
        row("started = yesterday", "3");
        row("started = today", "4 5 6");
        row("started > 3 hours ago", "4 5 6");
        row("started > 1h ago", "5 6");
        row("started within 1h", "5 6");
        row("started within 2 days", "2 3 4 5 6");
        row("updated within 5 min", "6");
        row("started > \"2026-11-27 11:00\"", "5 6");
        row("started < 2026-11-27T11:00:00", "1 2 3 4");
        row("duration > 1h", "3");
        row("duration >= 1 hour", "3 4");
        row("duration > 1h20m", "3");
        row("duration = 30", "2");
        row("duration in (30s, 10 min)", "1 2");
        row("ended is missing", "6");
        // what a user said of them
        row("tags = base", "1");
        row("tags contains base", "1");
        row("tags =~ ^base", "1 4");
        row("tags in (good, baseline)", "1 4");
        row("tags is missing", "2 3 5 6");
        row("note contains beat", "1");
        row("to beat", "1");
        row("to lose", "");
        row("\"to beat\"", "1");
        row("starred", "1");
        row("-starred", "2 3 4 5 6");
        row("starred = no", "2 3 4 5 6");
        row("\"starred\"", "");
        row("not archived and state = failed", "2");
        // logic
        row("state = failed or state = stopped", "2 4");
        row("speech and state = failed or mt_small", "2 4 5");
        row("speech AND (state = failed OR val_wer < 0.3)", "2 3");
        row("not (speech or mt_small)", "6");
        row("NOT val_wer < 0.5", "2 4 5 6");
        row("not not failed", "2");
        row("-(speech or mt_small)", "6");
        row("!failed speech", "1 3");
        row("- failed speech", "1 3");
        row("epoch in (1, 2, 6)", "1 2 6");
    }

    void expressionKeepsTheseRuns() {
        QFETCH(QString, text);
        QFETCH(QString, kept);
        QCOMPARE(QString::fromStdString(Study().matching(text.toStdString())), kept);
    }

    void wrongExpressionSaysWhereAndWhatWasExpected_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* text, int column, const char* part) {
            QTest::newRow(text) << QString::fromUtf8(text) << column << QString::fromUtf8(part);
        };
        row("val_wer <", 10, "expected a value at the end");
        row("val_wer < )", 11, "expected a value instead of ')'");
        row("val_wer < fast", 11, "expected a number instead of 'fast'");
        row("val_wer < 5 days", 11, "expected a number instead of '5 days'");
        row("(speech", 8, "expected ')' at the end");
        row("speech)", 7, "expected AND, OR or another term instead of ')'");
        row("speech and", 11, "expected a word, a field or '('");
        row("speech or and", 11, "expected a word, a field or '(' instead of 'and'");
        row("val_wr < 0.5", 1, "no run has a field called 'val_wr'");
        row("val_wr < 0.5", 1, "Did you mean val_wer?");
        row("failed val_wr < 0.5", 8, "no run has a field");
        row("min(val_wre) < 1", 1, "no run has a metric called 'val_wre'");
        row("min(val_wer", 12, "expected ')'");
        row("min(val_wer)", 13, "expected an operator");
        row("best(val_wer, val_loss) < 1", 15, "expected `by`");
        row("name = \"open", 8, "the quote is not closed");
        row("state =~ \"(\"", 10, "the regular expression is wrong");
        row("started > often", 11, "expected a time instead of 'often'");
        row("started > 2026-13-01", 11, "expected a time");
        row("started within often", 16, "expected a duration");
        row("step within 1h", 1, "'step' is no time");
        row("duration < red", 12, "expected a duration");
        row("val_wer in 1", 12, "expected '(' and a list of values");
        row("val_wer in (1 2)", 15, "expected ',' or ')'");
        row("val_wer is gone", 12, "expected `missing` or `not missing`");
        row("val_wer is not", 15, "expected `missing`");
        row("model.optim.name ~ x", 18, "expected =, <, >, =~ or !~");
        row("starred > 1", 11, "'starred' has no order");
        row("starred = maybe", 11, "expected true or false");
        row("= 3", 1, "expected a word, a field or '('");
        row("`name`", 7, "expected an operator");
    }

    void wrongExpressionSaysWhereAndWhatWasExpected() {
        QFETCH(QString, text);
        QFETCH(int, column);
        QFETCH(QString, part);
        const Study study;
        const Result<Filter> filter = Filter::compile(text.toStdString(), study.schema);
        QVERIFY(!filter);
        const QString message = QString::fromStdString(filter.error().message());
        QVERIFY2(message.contains(part), qPrintable(message));
        QCOMPARE(filter.error().column, column);
        QCOMPARE(filter.error().exitCode(), 2);
    }

    void nestingHasALimit_insteadOfTheStack() {
        const Study study;
        const std::string deep(100'000, '(');
        const Result<Filter> filter = Filter::compile(deep, study.schema);
        QVERIFY(!filter);
        QVERIFY(filter.error().why.find("too deeply") != std::string::npos);
        std::string flat(50, '(');
        flat.append("speech").append(50, ')');
        QVERIFY(Filter::compile(flat, study.schema));
    }

    void ambiguousEndOfAKeyNamesTheCandidates() {
        const std::string message = Study().matching("name2 = 1");
        QVERIFY(message.find("no run has a field") != std::string::npos);
        Study study;
        study.config("other.lr", {});
        study.schema.sort();
        const std::string ambiguous = study.matching("lr = 1");
        QVERIFY2(ambiguous.find("several config keys end in 'lr'") != std::string::npos, ambiguous.c_str());
        QVERIFY2(ambiguous.find("model.optim.lr, other.lr") != std::string::npos, ambiguous.c_str());
    }

    void fieldsAreWrittenSoThatTheyReadBack() {
        Study study;
        study.config("name", {}); // also an attribute
        study.schema.sort();
        const std::vector<Field> fields{
            {.kind = Field::Kind::Attribute, .name = "name"},
            {.kind = Field::Kind::Config, .name = "name"},
            {.kind = Field::Kind::Config, .name = "weird key[0]"},
            {.kind = Field::Kind::Environment, .name = "torch.version"},
            {.kind = Field::Kind::Metric, .name = "val_wer"},
            {.kind = Field::Kind::Metric, .name = "val_wer", .aggregate = Aggregate::GreatestStep},
            {.kind = Field::Kind::Metric, .name = "val_loss", .aggregate = Aggregate::Best, .by = "val_wer"},
            {.kind = Field::Kind::Metric,
             .name = "val_loss",
             .aggregate = Aggregate::Best,
             .by = "val_wer",
             .isGreatestBest = true}};
        for (const Field& field : fields) {
            const Result<Field> again = study.schema.field(text(field));
            QVERIFY2(again.has_value(), text(field).c_str());
            QVERIFY2(*again == field, text(field).c_str());
            QVERIFY2(fieldOf(text(field)) == field, text(field).c_str());
        }
    }

    void bestMeansLeastOfErrors_andGreatestOfAccuracies() {
        Study study;
        study.metric("val_accuracy", Aggregate::Last, {});
        study.schema.sort();
        QVERIFY(study.schema.field("best(val_wer)")->aggregate == Aggregate::Least);
        QVERIFY(study.schema.field("best(val_accuracy)")->aggregate == Aggregate::Greatest);
        QVERIFY(study.schema.field("best(val_loss, by val_accuracy)")->isGreatestBest);
        QVERIFY(!study.schema.field("best(val_loss, by min val_accuracy)")->isGreatestBest);
    }

    void filterNamesTheColumnsItNeeds() {
        const Study study;
        const Result<Filter> filter = Filter::compile(
            "speech and (min(val_wer) < 0.5 or lr > 1 or lr < 0.1) started within 1h", study.schema);
        QVERIFY(filter.has_value());
        QStringList names;
        for (const Field& field : filter->fields())
            names.append(QString::fromStdString(text(field)));
        QCOMPARE(names, (QStringList{QStringLiteral("min(val_wer)"), QStringLiteral("config.model.optim.lr"),
                                     QStringLiteral("started")}));
        QVERIFY(filter->dependsOnTime());
    }

    void sortsBySeveralKeys_withMissingOnesLast_data() {
        QTest::addColumn<QString>("keys");
        QTest::addColumn<QString>("order");
        QTest::newRow("numbers") << "val_wer"
                                 << "3 1 4 2 5 6";
        QTest::newRow("downwards") << "-val_wer"
                                   << "4 1 3 2 5 6";
        QTest::newRow("natural") << "run"
                                 << "4 5 1 2 3 6";
        QTest::newRow("two keys") << "name, -started"
                                  << "5 4 3 2 1 6";
        QTest::newRow("texts") << "model.optim.name, -id"
                               << "3 2 1 5 4 6";
        QTest::newRow("numbers before texts") << "devices"
                                              << "1 3 4 2 5 6";
        QTest::newRow("aggregate") << "-min(val_wer), id"
                                   << "4 1 3 2 5 6";
    }

    void sortsBySeveralKeys_withMissingOnesLast() {
        QFETCH(QString, keys);
        QFETCH(QString, order);
        const Study study;
        const auto parsed = parseSortKeys(keys.toStdString(), study.schema);
        QVERIFY(parsed.has_value());
        std::vector<Row> rows{0, 1, 2, 3, 4, 5};
        sortRows(study.table, rows, *parsed);
        QCOMPARE(QString::fromStdString(study.ids(rows)), order);
    }

    void groupsHaveTheirRowsAndSums() {
        const Study study;
        const std::vector<Row> rows{0, 1, 2, 3, 4, 5};
        const auto fields = parseFields("name", study.schema);
        QVERIFY(fields.has_value());
        const std::vector<Group> groups = groupRows(study.table, rows, *fields);
        QCOMPARE(groups.size(), std::size_t{3});
        QCOMPARE(groups[1].values.front(), std::string("speech"));
        QCOMPARE(study.ids(groups[1].rows), std::string("1 2 3"));
        const Column& wer = study.table.column(*study.schema.field("val_wer"));
        const Summary summary = summarize(wer, groups[1].rows);
        QCOMPARE(summary.count, std::size_t{2});
        QCOMPARE(summary.mean, 0.325);
        QCOMPARE(summary.least, 0.25);
        QCOMPARE(summary.greatest, 0.4);
        QVERIFY(std::abs(summary.deviation - 0.10606601717798213) < 1e-12);
        QCOMPARE(summarize(wer, groups[2].rows).count, std::size_t{0});
        QCOMPARE(commonText(study.table.column({.name = "config"}), groups[1].rows), std::string("speech"));
        QCOMPARE(commonText(wer, groups[1].rows), std::string());
    }

    void tableFollowsItsRuns() {
        Study study;
        QCOMPARE(study.matching("state = running"), std::string("6"));
        auto changed = std::make_shared<store::Run>(study.table.run(5));
        changed->state = store::RunState::Completed;
        QVERIFY(!study.table.put(changed));
        QCOMPARE(study.matching("state = running"), std::string());
        QCOMPARE(study.matching("completed -speech"), std::string("6"));
        QVERIFY(study.table.put(Study::run(9, "late", 1, store::RunState::Running, 1, 1, {})));
        QVERIFY(study.table.put(Study::run(7, "merged", 1, store::RunState::Running, 1, 1, {})));
        QCOMPARE(study.matching("state = running"), std::string("7 9"));
        QCOMPARE(study.matching("val_wer < 0.5"), std::string("1 3"));
        study.table.remove({store::RunId{1}, store::RunId{7}});
        QCOMPARE(study.matching("val_wer < 0.5"), std::string("3"));
        QCOMPARE(study.matching("state = running"), std::string("9"));
        LoadedColumn news{.field = *study.schema.field("val_wer"),
                          .runs = {store::RunId{9}, store::RunId{77}}};
        news.cells.resize(2);
        news.cells.setNumber(0, 0.1);
        study.table.refresh(news);
        QCOMPARE(study.matching("val_wer < 0.5"), std::string("3 9"));
    }
};

QTEST_GUILESS_MAIN(TestRunQuery)
#include "tst_run_query.moc"
