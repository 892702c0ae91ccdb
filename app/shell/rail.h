// SPDX-License-Identifier: GPL-3.0-or-later
// The pages at the left edge: icon, short label, badge. Up and Down move between them.
#pragma once

#include <QAbstractButton>
#include <QWidget>

#include <vector>

class QButtonGroup;

namespace fathom::app {

class RailButton : public QAbstractButton {
    Q_OBJECT
public:
    RailButton(const QString& text, const QString& iconName, QWidget* parent);
    void setBadge(const QString& badge);
    [[nodiscard]] const QString& badge() const { return m_badge; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_iconName;
    QString m_badge;
};

class Rail : public QWidget {
    Q_OBJECT
public:
    explicit Rail(QWidget* parent = nullptr);
    void addPage(const QString& text, const QString& iconName, const QString& toolTip);
    void setCurrent(int index);
    void setBadge(int index, const QString& badge);

Q_SIGNALS:
    void picked(int index);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::vector<RailButton*> m_buttons;
    QButtonGroup* m_group = nullptr;
};

} // namespace fathom::app
