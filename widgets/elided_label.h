// SPDX-License-Identifier: GPL-3.0-or-later
// One line of text that shortens itself with an ellipsis and shows the whole in its tooltip.
#pragma once

#include <QString>
#include <QWidget>

namespace fathom::widgets {

class ElidedLabel : public QWidget {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    void setText(const QString& text);
    [[nodiscard]] const QString& text() const { return m_text; }
    /// Middle for paths, Right (the default) for prose.
    void setElideMode(Qt::TextElideMode mode);
    /// Secondary text is drawn muted.
    void setMuted(bool muted);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    Qt::TextElideMode m_mode = Qt::ElideRight;
    bool m_muted = false;
};

} // namespace fathom::widgets
