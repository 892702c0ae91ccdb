// SPDX-License-Identifier: GPL-3.0-or-later
// What a page says when it has nothing to show: an icon, a sentence, and the next thing to do.
#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QPushButton;

namespace fathom::widgets {

class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);
    void set(const QString& iconName, const QString& title, const QString& text);
    /// An empty text hides the button.
    void setButton(const QString& text, const QString& iconName = {});

Q_SIGNALS:
    void buttonClicked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColors();
    QString m_icon;
    QLabel* m_picture = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_button = nullptr;
};

} // namespace fathom::widgets
