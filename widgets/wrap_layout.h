// SPDX-License-Identifier: GPL-3.0-or-later
// A row of buttons that goes on in a second line where it is too long.
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace fathom::widgets {

class WrapLayout : public QLayout {
    Q_OBJECT
public:
    explicit WrapLayout(QWidget* parent = nullptr);
    ~WrapLayout() override;
    /// What is added from here on stands at the right end of its line.
    void addStretch() { m_firstRight = count(); }

    void addItem(QLayoutItem* item) override;
    [[nodiscard]] int count() const override { return static_cast<int>(m_items.size()); }
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    /// Of a single line.
    [[nodiscard]] QSize sizeHint() const override;
    /// Of the widest item.
    [[nodiscard]] QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    struct Line;
    [[nodiscard]] std::vector<Line> linesFor(int width) const;

    std::vector<std::unique_ptr<QLayoutItem>> m_items;
    int m_firstRight = -1; ///< −1: none stands at the right
};

} // namespace fathom::widgets
