// SPDX-License-Identifier: GPL-3.0-or-later
// Title, unit and legend of a plot. The legend shows each curve's newest value, or the one under the cursor.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <vector>

namespace fathom::widgets {

struct LegendEntry {
    QString name{};
    QColor color{};
    Qt::PenStyle dash = Qt::SolidLine;
    QString value{};
    friend bool operator==(const LegendEntry&, const LegendEntry&) = default;
};

class PlotHeader : public QWidget {
    Q_OBJECT
public:
    explicit PlotHeader(QWidget* parent = nullptr);

    void setTitle(const QString& title);
    [[nodiscard]] const QString& title() const { return m_title; }
    void setUnit(const QString& unit);
    [[nodiscard]] const QString& unit() const { return m_unit; }
    /// Where the values are from ("step 840"); empty for the newest.
    void setPlace(const QString& place);
    void setEntries(const std::vector<LegendEntry>& entries);
    [[nodiscard]] const std::vector<LegendEntry>& entries() const { return m_entries; }

    /// How many of them have room, the first ones first.
    [[nodiscard]] std::size_t entriesThatFit() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void drawTitle(QPainter& painter, int baseline, int space) const;
    [[nodiscard]] int titleWidth() const;
    [[nodiscard]] int leftWidth() const;
    [[nodiscard]] int widthOf(const LegendEntry& entry) const;
    [[nodiscard]] static QString moreText(std::size_t count);
    QString m_title;
    QString m_unit;
    QString m_place;
    std::vector<LegendEntry> m_entries;
};

} // namespace fathom::widgets
