// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/difference_pane.h"

#include "app/bridge/job_runner.h"
#include "app/pages/compare/comparison_model.h"
#include "app/pages/compare/diff_html.h"
#include "engine/analysis/manifest_diff.h"
#include "engine/analysis/text_diff.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QEvent>

namespace fathom::app {

namespace {

QString textOf(const analysis::Setting* setting) {
    return setting == nullptr ? QString() : QString::fromStdString(analysis::displayText(setting->value));
}

/// "speech/1: 0.01, set on the command line (override 3)"
QString sideHtml(const QString& title, const analysis::Setting* setting, ComparisonSection::Kind kind) {
    QString html = QStringLiteral("<p><b>%1</b>&nbsp; ").arg(title.toHtmlEscaped());
    if (setting == nullptr) return html + DifferencePane::tr("<i>does not have it</i></p>");
    html += QStringLiteral("<code>%1</code>").arg(shortText(*setting, kind).toHtmlEscaped());
    if (!setting->layer.empty())
        html += DifferencePane::tr(" &nbsp; set by %1")
                    .arg(QString::fromStdString(setting->layer).toHtmlEscaped());
    if (!setting->origin.empty())
        html += QStringLiteral(" &nbsp; <code>%1</code>")
                    .arg(QString::fromStdString(setting->origin).toHtmlEscaped());
    return html + QStringLiteral("</p>");
}

bool isLong(const QString& text) {
    return text.contains(QLatin1Char('\n')) || text.size() > 60;
}

/// Takes a list or a map apart, so that its items are lines that can be compared.
std::string asLines(const std::string& text) {
    const Result<Value> value = fromJson(text);
    if (!value || !value->isList()) return text;
    std::string lines;
    for (const Value& item : value->asList())
        lines += analysis::displayText(item) + '\n';
    return lines;
}

QString hours(const analysis::ManifestCount& count) {
    const QString entries = count.entries == 1
                                ? DifferencePane::tr("1 entry")
                                : DifferencePane::tr("%1 entries").arg(widgets::formatCount(count.entries));
    return count.seconds > 0 ? QStringLiteral("%1, %2").arg(entries, widgets::formatDuration(count.seconds))
                             : entries;
}

QString changesHtml(const analysis::ManifestDiff& diff) {
    using Kind = analysis::ManifestChange::Kind;
    QString html = QStringLiteral("<table cellspacing=\"6\">");
    for (const analysis::ManifestChange& change : diff.changes) {
        const QString what = change.kind == Kind::Added     ? DifferencePane::tr("added")
                             : change.kind == Kind::Removed ? DifferencePane::tr("removed")
                                                            : DifferencePane::tr("changed");
        const auto escaped = [](const std::string& text) {
            return QString::fromStdString(text).left(400).toHtmlEscaped();
        };
        html += QStringLiteral("<tr><td>%1</td><td><code>%2</code></td><td><code>%3</code></td></tr>")
                    .arg(what, escaped(change.entry),
                         change.kind == Kind::Changed
                             ? escaped(change.before) + QStringLiteral(" → ") + escaped(change.after)
                             : QString());
    }
    return html + QStringLiteral("</table>");
}

} // namespace

DifferencePane::DifferencePane(JobRunner& jobs, std::filesystem::path workspace, QWidget* parent)
    : QTextBrowser(parent), m_jobs(jobs), m_workspace(std::move(workspace)) {
    setOpenLinks(false);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("The selected difference in full"));
    showNothing();
}

DifferencePane::~DifferencePane() {
    m_jobs.cancel(jobKey());
}

QString DifferencePane::jobKey() const {
    return QStringLiteral("compare.manifests.%1").arg(reinterpret_cast<quintptr>(this));
}

void DifferencePane::present(const QString& html) {
    const QString code = widgets::monospace(font()).family();
    document()->setDefaultStyleSheet(
        QStringLiteral("code, pre { font-family: '%1'; } p { margin: 2px 0 4px 0; }").arg(code));
    setHtml(html);
}

void DifferencePane::showNothing() {
    m_again = nullptr;
    m_jobs.cancel(jobKey());
    present(QStringLiteral("<p style=\"color: %1\">%2</p>")
                .arg(widgets::colorsFor(this).muted.name(),
                     tr("Choose a cell to see both values in full, and who set them.")));
}

void DifferencePane::showKey(const ComparisonPtr& comparison, ComparisonSection::Kind kind,
                             const analysis::ComparedKey& key, int column) {
    m_again = [this, comparison, kind, &key, column] { showKey(comparison, kind, key, column); };
    m_jobs.cancel(jobKey());
    // The key or the baseline itself: against the first run that differs from it.
    std::size_t run = comparison->baseline;
    if (column > 1) run = comparison->order[static_cast<std::size_t>(column - 1)];
    for (std::size_t i = 1; column <= 1 && run == comparison->baseline && i < comparison->order.size(); ++i)
        if (key.differsBetween(comparison->baseline, comparison->order[i])) run = comparison->order[i];
    const analysis::Setting* before = key.runs[comparison->baseline];
    const analysis::Setting* after = key.runs[run];
    const ComparedRun& left = (*comparison->runs)[comparison->baseline];
    const ComparedRun& right = (*comparison->runs)[run];
    const Sides sides{.left = left.title,
                      .right = right.title,
                      .leftFolder = left.startedIn,
                      .rightFolder = right.startedIn,
                      .before = textOf(before).toStdString(),
                      .after = textOf(after).toStdString()};
    QString html =
        QStringLiteral("<h4><code>%1</code></h4>").arg(QString::fromStdString(key.key).toHtmlEscaped()) +
        sideHtml(sides.left, before, kind);
    if (run == comparison->baseline) return present(html);
    html += sideHtml(sides.right, after, kind);
    if (key.key.ends_with("manifest_filepath") && before != nullptr && after != nullptr)
        return showManifests(html, sides);
    const widgets::Colors& colors = widgets::colorsFor(this);
    if (key.key == "git.patch") {
        for (const analysis::PatchDifference& file : analysis::diffPatches(sides.before, sides.after))
            html +=
                QStringLiteral("<p><b>%1</b></p>").arg(QString::fromStdString(file.path).toHtmlEscaped()) +
                diffHtml(file.hunks, colors);
    } else if (isLong(textOf(before)) || isLong(textOf(after))) {
        html += diffHtml(analysis::diffText(asLines(sides.before), asLines(sides.after)), colors);
    }
    present(html);
}

void DifferencePane::showManifests(const QString& heading, const Sides& sides) {
    present(heading + tr("<p>Reading both manifests…</p>"));
    m_jobs.run(
        jobKey(), this,
        [workspace = m_workspace, sides](std::stop_token stop) -> Result<analysis::ManifestDiff> {
            const auto before = findManifest(sides.leftFolder, workspace, sides.before);
            const auto after = findManifest(sides.rightFolder, workspace, sides.after);
            for (const auto& [found, path] : {std::pair{before, sides.before}, {after, sides.after}})
                if (found.empty())
                    return fail({.kind = ErrorKind::BadInput,
                                 .what = "Cannot compare the manifests",
                                 .why = "there is no such file any more",
                                 .remedy = "What was recorded of it stands in the other rows of Data",
                                 .file = path});
            return analysis::diffManifests(before, after, {.mostChanges = 300, .stop = stop});
        },
        [this, heading](const Result<analysis::ManifestDiff>& diff) {
            if (!diff)
                return present(heading +
                               QStringLiteral("<p>%1</p>")
                                   .arg(QString::fromStdString(diff.error().message()).toHtmlEscaped()));
            if (diff->isEmpty())
                return present(heading + tr("<p>Both list the same %1.</p>").arg(hours(diff->after)));
            present(heading +
                    tr("<p>%1 → %2 &nbsp; added %3 &nbsp; removed %4 &nbsp; changed %5</p>")
                        .arg(hours(diff->before), hours(diff->after), hours(diff->added),
                             hours(diff->removed), hours(diff->changed)) +
                    changesHtml(*diff));
        });
}

void DifferencePane::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    if (const auto again = m_again) // a copy: it is replaced while it runs
        again();
    else
        showNothing();
}

} // namespace fathom::app
