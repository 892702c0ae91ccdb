// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/report.h"
#include "engine/base/file.h"

#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace fathom;
using namespace fathom::analysis;

namespace {

Report example() {
    return {
        .title = "a/1 against b/2",
        .sections = {
            {"Config",
             {ReportText{"2 of 9 keys <differ>."},
              ReportTable{{"Key", "a/1"}, {{"optim|lr", "0.1"}, {"x*y", "line\nbreak"}}}}},
            {"Code", {ReportDiff{"x.py", diffText("rate = 1\n", "rate = 2 & 3\n")}}},
            {"Figures",
             {ReportFigure{"importance", "lr counts",
                           "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"}}}}};
}

} // namespace

class ReportTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void html_isWellFormedAndEscapesWhatItShows() {
        QString html = QString::fromStdString(toHtml(example()));
        QVERIFY(html.contains(QStringLiteral("2 of 9 keys &lt;differ&gt;.")));
        QVERIFY(html.contains(QStringLiteral("rate = <mark>2 &amp; 3</mark>")));
        QVERIFY(!html.contains(QStringLiteral("<?xml")));
        html.replace(QRegularExpression(QStringLiteral("<(meta[^>]*)>")), QStringLiteral("<\\1/>"));
        QXmlStreamReader reader(html);
        while (!reader.atEnd())
            reader.readNext();
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    }

    void markdown_keepsCellsInTheirColumns() {
        const std::string text = toMarkdown(example(), "r_figures");
        QVERIFY(text.find("| optim\\|lr | 0.1 |\n| x\\*y | line break |\n") != std::string::npos);
        QVERIFY(text.find("![lr counts](<r_figures/importance.svg>)") != std::string::npos);
        QVERIFY(text.find("```diff\n@@ -1 +1 @@\n-rate = 1\n+rate = 2 & 3\n```") != std::string::npos);
    }

    void report_isWrittenWithItsFigures() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        QVERIFY(writeReport(example(), root / "r.md").has_value());
        QVERIFY(readFile(root / "r_figures" / "importance.svg")->find("<svg") != std::string::npos);
        QVERIFY(readFile(root / "r.md")->starts_with("# a/1 against b/2"));
        QVERIFY(writeReport(example(), root / "r.html").has_value());
        QVERIFY(readFile(root / "r.html")->starts_with("<!DOCTYPE html>"));
        const Status refused = writeReport(example(), root / "missing" / "r.html");
        QVERIFY(!refused && !refused.error().remedy.empty());
    }
};

QTEST_GUILESS_MAIN(ReportTest)
#include "tst_report.moc"
