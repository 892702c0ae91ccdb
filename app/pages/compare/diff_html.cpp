// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/diff_html.h"

namespace fathom::app {

namespace {

QString escaped(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toHtmlEscaped();
}

QString lineHtml(const analysis::DiffLine& line, const widgets::Colors& colors) {
    using Kind = analysis::DiffLine::Kind;
    const QColor ink = line.kind == Kind::Added ? colors.success : colors.error;
    const QString strong = widgets::blend(colors.surface, ink, 0.4).name();
    QString text = line.kind == Kind::Added     ? QStringLiteral("+ ")
                   : line.kind == Kind::Removed ? QStringLiteral("− ")
                                                : QStringLiteral("  ");
    std::size_t done = 0;
    const std::string_view whole = line.text;
    for (const analysis::TextMark& mark : line.marks) {
        text += escaped(whole.substr(done, mark.first - done)) +
                QStringLiteral("<b style=\"background-color: %1\">%2</b>")
                    .arg(strong, escaped(whole.substr(mark.first, mark.count)));
        done = mark.first + mark.count;
    }
    text += escaped(whole.substr(done));
    if (line.kind == Kind::Same) return text + QLatin1Char('\n');
    return QStringLiteral("<span style=\"background-color: %1\">%2</span>\n")
        .arg(widgets::blend(colors.surface, ink, 0.16).name(), text);
}

} // namespace

QString diffHtml(const std::vector<analysis::DiffHunk>& hunks, const widgets::Colors& colors) {
    QString html = QStringLiteral("<pre>");
    for (std::size_t i = 0; i < hunks.size(); ++i) {
        if (i > 0) html += QStringLiteral("<span style=\"color: %1\">…</span>\n").arg(colors.muted.name());
        for (const analysis::DiffLine& line : hunks[i].lines)
            html += lineHtml(line, colors);
    }
    return html + QStringLiteral("</pre>");
}

} // namespace fathom::app
