// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/hex_view.h"

#include "widgets/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <limits>

namespace fathom::widgets {

namespace {

constexpr qsizetype kKeptBlocks = 32;
constexpr int kUnknown = -1;

} // namespace

HexView::HexView(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(NoFrame);
    setFont(monospace(font()));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Bytes"));
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
}

void HexView::setSize(qint64 bytes) {
    m_size = bytes;
    m_current = 0;
    m_anchor = 0;
    m_blocks.clear();
    m_wanted.clear();
    m_digits = std::max<int>(8, static_cast<int>(QString::number(std::max<qint64>(0, bytes - 1), 16).size()));
    fitScrollBars();
    verticalScrollBar()->setValue(0);
    viewport()->update();
}

qint64 HexView::rowCount() const {
    return (m_size + kRowBytes - 1) / kRowBytes;
}

int HexView::rowHeight() const {
    return fontMetrics().height() + 2;
}

int HexView::visibleRows() const {
    return std::max(1, viewport()->height() / rowHeight());
}

qint64 HexView::firstVisible() const {
    return verticalScrollBar()->value() * m_rowsPerStep * kRowBytes;
}

// Columns: offset, two groups of eight bytes, letters.
int HexView::columnLeft(int column) const {
    const int advance = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const int start = kGrid + (m_digits + 2) * advance;
    return start + column * 3 * advance + (column >= kRowBytes / 2 ? advance : 0) -
           horizontalScrollBar()->value();
}

int HexView::letterLeft(int column) const {
    const int advance = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    return columnLeft(kRowBytes - 1) + 4 * advance + column * advance;
}

void HexView::fitScrollBars() {
    constexpr qint64 kMostSteps = std::numeric_limits<int>::max() / 2;
    const qint64 hidden = std::max<qint64>(0, rowCount() - visibleRows());
    m_rowsPerStep = hidden / kMostSteps + 1;
    verticalScrollBar()->setRange(0, static_cast<int>((hidden + m_rowsPerStep - 1) / m_rowsPerStep));
    verticalScrollBar()->setPageStep(visibleRows());
    const int wide = letterLeft(kRowBytes) + horizontalScrollBar()->value() + kGrid;
    horizontalScrollBar()->setRange(0, std::max(0, wide - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
}

int HexView::byteAt(qint64 offset) {
    const qint64 block = offset / kBlockBytes * kBlockBytes;
    const auto known = m_blocks.constFind(block);
    if (known != m_blocks.constEnd()) {
        const qint64 at = offset - block;
        return at < known->size() ? static_cast<unsigned char>(known->at(at)) : kUnknown;
    }
    if (!m_wanted.contains(block)) {
        m_wanted.insert(block);
        // Queued: the answer may come at once, and this is called while painting.
        QMetaObject::invokeMethod(
            this, [this, block] { Q_EMIT blockWanted(block, std::min(kBlockBytes, m_size - block)); },
            Qt::QueuedConnection);
    }
    return kUnknown;
}

void HexView::setBlock(qint64 offset, const QByteArray& bytes) {
    if (!m_wanted.remove(offset)) return;
    forgetFarBlocks(offset);
    m_blocks.insert(offset, bytes);
    viewport()->update();
}

void HexView::forgetFarBlocks(qint64 near) {
    while (m_blocks.size() >= kKeptBlocks) {
        const auto farther = [near](qint64 a, qint64 b) { return std::abs(a - near) < std::abs(b - near); };
        const QList<qint64> offsets = m_blocks.keys();
        m_blocks.remove(*std::max_element(offsets.begin(), offsets.end(), farther));
    }
}

void HexView::paintRow(QPainter* painter, qint64 row, int top) {
    const Colors& colors = colorsFor(this);
    const int height = rowHeight();
    const int advance = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const auto [first, last] = std::minmax(m_anchor, m_current);
    const auto cell = [&](int left, int width, const QString& text, const QColor& color, bool chosen) {
        const QRect box(left, top, width, height);
        if (chosen) painter->fillRect(box, colors.accentTint);
        painter->setPen(color);
        painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    cell(kGrid - horizontalScrollBar()->value(), m_digits * advance,
         QStringLiteral("%1").arg(row * kRowBytes, m_digits, 16, QLatin1Char('0')), colors.muted, false);
    for (int column = 0; column < kRowBytes; ++column) {
        const qint64 offset = row * kRowBytes + column;
        if (offset >= m_size) break;
        const bool chosen = offset >= first && offset <= last;
        const int byte = byteAt(offset);
        if (byte == kUnknown) {
            cell(columnLeft(column), 2 * advance, QStringLiteral("··"), colors.border, chosen);
            continue;
        }
        const bool isPrintable = byte >= 0x20 && byte < 0x7f;
        cell(columnLeft(column), 2 * advance, QStringLiteral("%1").arg(byte, 2, 16, QLatin1Char('0')),
             byte == 0 ? colors.muted : colors.text, chosen);
        cell(letterLeft(column), advance, isPrintable ? QString(QChar(byte)) : QStringLiteral("·"),
             isPrintable ? colors.text : colors.muted, chosen);
    }
}

void HexView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setFont(font());
    const int height = rowHeight();
    const qint64 start = firstVisible() / kRowBytes;
    const int from = event->rect().top() / height;
    const int to = event->rect().bottom() / height;
    for (int line = from; line <= to && start + line < rowCount(); ++line)
        paintRow(&painter, start + line, line * height);
}

void HexView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    fitScrollBars();
}

void HexView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitScrollBars();
    if (event->type() == QEvent::PaletteChange) viewport()->update();
}

void HexView::goTo(qint64 offset) {
    moveTo(offset, false);
}

void HexView::moveTo(qint64 offset, bool select) {
    if (m_size == 0) return;
    m_current = std::clamp<qint64>(offset, 0, m_size - 1);
    if (!select) m_anchor = m_current;
    const qint64 row = m_current / kRowBytes;
    const qint64 first = firstVisible() / kRowBytes;
    const qint64 page = visibleRows();
    if (row < first)
        verticalScrollBar()->setValue(static_cast<int>(row / m_rowsPerStep));
    else if (row >= first + page)
        verticalScrollBar()->setValue(static_cast<int>((row - page + m_rowsPerStep) / m_rowsPerStep));
    viewport()->update();
    setAccessibleDescription(tr("Offset %1").arg(m_current));
    Q_EMIT currentChanged(m_current);
}

qint64 HexView::offsetAt(QPoint position) const {
    const qint64 row = firstVisible() / kRowBytes + std::max(0, position.y()) / rowHeight();
    int column = 0;
    const bool isLetters = position.x() >= letterLeft(0);
    while (column + 1 < kRowBytes &&
           position.x() >= (isLetters ? letterLeft(column + 1) : columnLeft(column + 1)))
        ++column;
    return row * kRowBytes + column;
}

QString HexView::selectedText() const {
    constexpr qint64 kMost = 1 << 20;
    const auto [first, last] = std::minmax(m_anchor, m_current);
    QString text;
    for (qint64 offset = first; offset <= std::min(last, first + kMost - 1) && offset < m_size; ++offset) {
        const qint64 block = offset / kBlockBytes * kBlockBytes;
        const auto known = m_blocks.constFind(block);
        if (known == m_blocks.constEnd() || offset - block >= known->size()) break;
        if (!text.isEmpty()) text += QLatin1Char(' ');
        text += QStringLiteral("%1").arg(static_cast<unsigned char>(known->at(offset - block)), 2, 16,
                                         QLatin1Char('0'));
    }
    return text;
}

void HexView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return QGuiApplication::clipboard()->setText(selectedText());
    if (event->matches(QKeySequence::SelectAll)) {
        m_anchor = 0;
        return moveTo(m_size - 1, true);
    }
    const bool select = event->modifiers() & Qt::ShiftModifier;
    const bool control = event->modifiers() & Qt::ControlModifier;
    const qint64 page = qint64{visibleRows()} * kRowBytes;
    const qint64 lineStart = m_current / kRowBytes * kRowBytes;
    switch (event->key()) {
    case Qt::Key_Left:
        return moveTo(m_current - 1, select);
    case Qt::Key_Right:
        return moveTo(m_current + 1, select);
    case Qt::Key_Up:
        return moveTo(m_current >= kRowBytes ? m_current - kRowBytes : m_current, select);
    case Qt::Key_Down:
        return moveTo(m_current + kRowBytes < m_size ? m_current + kRowBytes : m_current, select);
    case Qt::Key_PageUp:
        return moveTo(m_current - page, select);
    case Qt::Key_PageDown:
        return moveTo(m_current + page, select);
    case Qt::Key_Home:
        return moveTo(control ? 0 : lineStart, select);
    case Qt::Key_End:
        return moveTo(control ? m_size - 1 : lineStart + kRowBytes - 1, select);
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void HexView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        moveTo(offsetAt(event->position().toPoint()), event->modifiers() & Qt::ShiftModifier);
}

void HexView::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) moveTo(offsetAt(event->position().toPoint()), true);
}

} // namespace fathom::widgets
