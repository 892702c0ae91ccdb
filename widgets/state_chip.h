// SPDX-License-Identifier: GPL-3.0-or-later
// A small rounded label: icon and word in the colour of a mood. Never colour alone.
#pragma once

#include <QString>
#include <QWidget>

namespace fathom::widgets {

enum class Mood { Neutral, Active, Success, Warning, Error };

[[nodiscard]] QColor moodColor(Mood mood, const QPalette& palette);

class StateChip : public QWidget {
    Q_OBJECT
public:
    explicit StateChip(QWidget* parent = nullptr);
    void set(const QString& text, const QString& iconName, Mood mood);
    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    QString m_icon;
    Mood m_mood = Mood::Neutral;
};

} // namespace fathom::widgets
