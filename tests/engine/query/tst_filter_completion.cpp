// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/query/completion.h"
#include "tests/engine/query/query_fixture.h"

#include <QtTest>

using namespace fathom;
using namespace fathom::query;

namespace {

/// Every value of the column of the study.
KnownValues valuesOf(const Study& study) {
    return [&study](const Field& field) {
        std::vector<std::string> values;
        const Column& column = study.table.column(field);
        for (Row row = 0; row < study.table.rows(); ++row) {
            const std::string value = column.shown(row);
            if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end())
                values.push_back(value);
        }
        return values;
    };
}

} // namespace

class TestFilterCompletion : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// `|` is the cursor; `first` are the first candidates; a leading `no` is one that must not be there.
    void candidatesFollowFromWhatStandsBeforeTheCursor_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* line, const char* expected) {
            QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(expected);
        };
        row("|", "name number run");
        row("val|", "val_loss val_wer no:name");
        row("VAL_W|", "val_wer");
        row("lr|", "model.optim.lr no:val_wer");
        row("optim.n|", "model.optim.name");
        row("key|", "`weird·key[0]`");
        row("torch|", "env.torch.version");
        row("m|", "model.optim.lr no:=");
        row("mi|", "min(");
        row("min(|", "train_loss val_loss val_wer no:name");
        row("min(val_w|", "val_wer no:val_loss");
        row("min(val_wer) |", "= != < no:=~");
        row("val_wer |", "= != < <= > >= no:contains");
        row("state |", "= != no:within");
        row("started w|", "within");
        row("name =|", "speech mt_small Über");
        row("model.optim.name = a|", "adamw AdamW no:sgd");
        row("model.optim.name in (sgd, n|", "novograd null no:sgd");
        row("started > |", "today yesterday 1·hour·ago");
        row("duration > |", "1·min");
        row("val_wer is |", "missing not·missing");
        row("speech |", "= no:name");
        row("speech a|", "and");
        row("val_wer < 0.5 |", "and or name");
        row("val_wer < 0.5 and st|", "state started");
        row("(st|", "state started");
        row("-st|", "state");
        row("not st|", "state");
        row("state = failed or name = \"sp|", "speech");
        row("st|ate = failed", "state");
    }

    void candidatesFollowFromWhatStandsBeforeTheCursor() {
        QFETCH(QString, line);
        QFETCH(QString, expected);
        const Study study;
        const auto cursor =
            static_cast<std::size_t>(line.left(line.indexOf(QLatin1Char('|'))).toUtf8().size());
        const std::string text = line.remove(QLatin1Char('|')).toStdString();
        const Completion found = complete(text, cursor, study.schema, valuesOf(study));
        QStringList texts;
        for (const Candidate& candidate : found.candidates)
            texts.append(
                QString::fromStdString(candidate.text).replace(QLatin1Char(' '), QStringLiteral("·")));
        qsizetype place = 0;
        for (const QString& each : expected.split(QLatin1Char(' '))) {
            if (each.startsWith(QLatin1String("no:")))
                QVERIFY2(!texts.contains(each.mid(3)), qPrintable(texts.join(QLatin1Char(' '))));
            else
                QVERIFY2(texts.value(place++) == each,
                         qPrintable(each + QStringLiteral(" in ") + texts.join(QLatin1Char(' '))));
        }
    }

    void candidateReplacesTheWordAtTheCursor() {
        const Study study;
        const std::string text = "speech -sta";
        const Completion found = complete(text, text.size(), study.schema, valuesOf(study));
        QCOMPARE(found.begin, std::size_t{8});
        QCOMPARE(found.end, text.size());
    }

    /// What is offered makes a filter that can be read, with a value where one is wanted.
    void everyOfferedFieldIsOneThatCanBeRead() {
        const Study study;
        for (const Candidate& candidate : complete("", 0, study.schema, valuesOf(study), 1000).candidates) {
            if (candidate.kind != Candidate::Kind::Field) continue;
            const Result<Filter> filter = Filter::compile(candidate.text + " is missing", study.schema);
            QVERIFY2(filter.has_value(), candidate.text.c_str());
        }
        const Field name{.kind = Field::Kind::Attribute, .name = "name"};
        for (const Candidate& candidate : complete("name = ", 7, study.schema, valuesOf(study)).candidates) {
            const Result<Filter> filter = Filter::compile("name = " + candidate.text, study.schema);
            QVERIFY2(filter && !filter->rows(study.table, noon()).empty(), candidate.text.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestFilterCompletion)
#include "tst_filter_completion.moc"
