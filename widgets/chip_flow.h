// SPDX-License-Identifier: GPL-3.0-or-later
// Small coloured boxes with a text and a caption, one behind the other and line below line like words on a
// page. Takes tens of thousands: only what is in sight is drawn.
//
// The arrow keys and a click make a box the current one.
#pragma once

#include <QAbstractScrollArea>
#include <QString>

#include <vector>

namespace fathom::widgets {

struct Chip {
    QString text{};
    QString caption{};
    QString toolTip{};
    int color = 0;           ///< of the cycle of curves
    bool isMarked = false;   ///< a problem: in the colour of errors, underlined
    bool breaksLine = false; ///< the next one begins a line
    friend bool operator==(const Chip&, const Chip&) = default;
};

class ChipFlow : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit ChipFlow(QWidget* parent = nullptr);
    void setChips(std::vector<Chip> chips);
    [[nodiscard]] const std::vector<Chip>& chips() const { return m_chips; }
    /// −1 for none.
    [[nodiscard]] int current() const { return m_current; }
    /// Brings it into sight, and tells.
    void setCurrent(int chip);
    /// In the viewport; −1 for none.
    [[nodiscard]] int chipAt(QPoint position) const;
    /// In the viewport.
    [[nodiscard]] QRect chipRect(int chip) const;
    /// Of all chips at the present width.
    [[nodiscard]] int contentHeight() const { return m_rects.empty() ? 0 : m_rects.back().bottom() + 1; }
    /// Shown in the middle while there are no chips.
    void setPlaceholder(const QString& text);

Q_SIGNALS:
    void currentChanged(int chip);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void layOut();
    [[nodiscard]] int lineHeight() const;
    [[nodiscard]] int scrolled() const;

    std::vector<Chip> m_chips;
    std::vector<QRect> m_rects; ///< of the chips, from the top of the whole
    QString m_placeholder;
    int m_current = -1;
};

} // namespace fathom::widgets
