// SPDX-License-Identifier: GPL-3.0-or-later
// The line in which runs are filtered: what may stand at the cursor is offered while typing, and what is
// wrong is said below, where it is wrong. While a filter is wrong the last right one stays in force.
#pragma once

#include "engine/query/completion.h"
#include "engine/query/filter.h"

#include <QTimer>
#include <QWidget>

#include <optional>

class QCompleter;
class QLabel;
class QLineEdit;
class QStandardItemModel;

namespace fathom::app {

class FilterLine : public QWidget {
    Q_OBJECT
public:
    explicit FilterLine(QWidget* parent = nullptr);

    /// What names mean; reads the text again.
    void setSchema(const query::Schema& schema);
    void setKnownValues(query::KnownValues values) { m_values = std::move(values); }
    void setText(const QString& text);
    [[nodiscard]] QString text() const;
    /// The error under the line, or empty.
    [[nodiscard]] QString errorText() const;
    [[nodiscard]] QLineEdit& line() const { return *m_line; }
    void focusLine();

Q_SIGNALS:
    void filterChanged(const fathom::query::Filter& filter);
    /// Enter: go on to what was found.
    void accepted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void read();
    [[nodiscard]] bool isUnfinished() const;
    [[nodiscard]] bool endsInField() const;
    void offer();
    void insert(const QString& candidate);
    void showError();
    void applyColors();

    QLineEdit* m_line;
    QLabel* m_error;
    QCompleter* m_completer;
    QStandardItemModel* m_candidates;
    query::Schema m_schema;
    bool m_hasSchema = false; ///< before, no name is known and none is wrong
    query::KnownValues m_values;
    query::Completion m_completion;
    std::optional<Error> m_wrong;
    query::Filter m_filter;
    QTimer m_filterDelay;
    bool m_isHeld = false; ///< until Enter: what is written so far asks for a name as a text
    QTimer m_errorDelay;   ///< a filter that is being typed is wrong for a moment
};

} // namespace fathom::app
