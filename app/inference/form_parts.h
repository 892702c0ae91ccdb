// SPDX-License-Identifier: GPL-3.0-or-later
// What the forms are put together from.
#pragma once

#include <QString>

#include <initializer_list>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QWidget;

namespace fathom::app {

struct FormRow {
    QString label{};
    QWidget* field = nullptr;
};

/// A button of a form's bar.
[[nodiscard]] QPushButton* formButton(const char* icon, const QString& text, const QString& toolTip);
/// Shows and hides `options`, which begin hidden.
[[nodiscard]] QPushButton* optionsButton(QWidget* options, const QString& toolTip);
/// Above a form: some at the left, some at the right, in two lines where there is no room for one.
[[nodiscard]] QWidget* formBar(std::initializer_list<QWidget*> left, std::initializer_list<QWidget*> right);
/// Below a list: how much is in it, and what can be done with all of it.
[[nodiscard]] QHBoxLayout* formFooter(QLabel* count, std::initializer_list<QWidget*> buttons);
/// Two columns of rows that fill `options`.
void layOutOptions(QWidget* options, std::initializer_list<FormRow> left,
                   std::initializer_list<FormRow> right);

} // namespace fathom::app
