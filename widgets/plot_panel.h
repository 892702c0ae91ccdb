// SPDX-License-Identifier: GPL-3.0-or-later
// The read-out beside the cursor, and the counts at the edges: what is drawn above a plot without drawing the
// plot again. Private to the plot target.
#pragma once

#include "widgets/line_plot_items.h"

namespace fathom::widgets {

struct PanelLine {
    QString name{};
    QString value{};
    QColor color{};
    Qt::PenStyle dash = Qt::SolidLine;
    bool strong = false;
};

class PanelItem : public QCPAbstractItem {
public:
    explicit PanelItem(QCustomPlot* plot) : QCPAbstractItem(plot) {}
    /// `x` in pixels; no lines: no panel.
    void set(double x, std::vector<PanelLine> lines, const QString& more);
    [[nodiscard]] const std::vector<PanelLine>& lines() const { return m_lines; }
    [[nodiscard]] const QString& more() const { return m_more; }
    /// Said at the upper and the lower edge.
    void setCounts(const QString& above, const QString& below);
    [[nodiscard]] std::pair<QString, QString> counts() const { return {m_above, m_below}; }
    void setColors(const Colors& colors, const QFont& font);
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    void drawCount(QCPPainter* painter, const QString& text, bool top) const;

    double m_x = 0;
    std::vector<PanelLine> m_lines;
    QString m_more;
    QString m_above;
    QString m_below;
    const Colors* m_colors = nullptr;
    QFont m_font;
};

} // namespace fathom::widgets
