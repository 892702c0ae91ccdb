// SPDX-License-Identifier: GPL-3.0-or-later
// One line above a view that wants an answer: an icon, a sentence, up to two buttons.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace fathom::widgets {

class ElidedLabel;

class NoticeBar : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Information, Error };

    explicit NoticeBar(QWidget* parent = nullptr);
    /// Shows the bar with this. An empty button text hides that button.
    void present(Kind kind, const QString& text, const QString& first, const QString& second = {});
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void firstClicked();
    void secondClicked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColors();
    Kind m_kind = Kind::Information;
    QLabel* m_icon;
    ElidedLabel* m_text;
    QPushButton* m_first;
    QPushButton* m_second;
};

} // namespace fathom::widgets
