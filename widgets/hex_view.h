// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes of any size as a scrolling hex dump: offset, sixteen bytes, their ASCII. It holds no more than what
// was looked at last; the owner brings blocks when they are asked for, from wherever takes its time.
//
//   connect(view, &HexView::blockWanted, this, [=](qint64 offset, qint64 bytes) { … view->setBlock(…); });
//   view->setSize(file.size());
#pragma once

#include <QAbstractScrollArea>
#include <QByteArray>
#include <QHash>
#include <QSet>

namespace fathom::widgets {

class HexView : public QAbstractScrollArea {
    Q_OBJECT
public:
    static constexpr int kRowBytes = 16;
    static constexpr qint64 kBlockBytes = 64 * 1024;

    explicit HexView(QWidget* parent = nullptr);

    /// Shows `bytes` bytes from the first one on; what was known of them is forgotten.
    void setSize(qint64 bytes);
    [[nodiscard]] qint64 size() const { return m_size; }
    /// The answer to blockWanted; a block nobody waits for is ignored.
    void setBlock(qint64 offset, const QByteArray& bytes);
    /// Makes the byte the current one and scrolls to it; an offset beyond the end means the last byte.
    void goTo(qint64 offset);
    [[nodiscard]] qint64 current() const { return m_current; }
    /// Offset of the first visible row.
    [[nodiscard]] qint64 firstVisible() const;
    /// Hex digits of the selected bytes, as far as they are known.
    [[nodiscard]] QString selectedText() const;

Q_SIGNALS:
    /// This block came into sight and is not known.
    void blockWanted(qint64 offset, qint64 bytes);
    void currentChanged(qint64 offset);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] qint64 rowCount() const;
    [[nodiscard]] int visibleRows() const;
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int columnLeft(int column) const; ///< of a byte's two digits
    [[nodiscard]] int letterLeft(int column) const;
    [[nodiscard]] qint64 offsetAt(QPoint position) const;
    /// -1 where the byte is not known yet; its block is asked for.
    int byteAt(qint64 offset);
    void paintRow(QPainter* painter, qint64 row, int top);
    void fitScrollBars();
    void moveTo(qint64 offset, bool select);
    void forgetFarBlocks(qint64 near);

    qint64 m_size = 0;
    qint64 m_current = 0;
    qint64 m_anchor = 0;
    qint64 m_rowsPerStep = 1; ///< what one step of the scroll bar means, for more rows than an int counts
    int m_digits = 8;         ///< of an offset
    QHash<qint64, QByteArray> m_blocks;
    QSet<qint64> m_wanted;
};

} // namespace fathom::widgets
