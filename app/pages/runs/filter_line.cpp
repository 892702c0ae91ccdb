// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/filter_line.h"

#include "app/pages/runs/candidate_delegate.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kErrorDelayMs = 600;
constexpr int kShownCandidates = 12;

} // namespace

FilterLine::FilterLine(QWidget* parent)
    : QWidget(parent),
      m_line(new QLineEdit(this)),
      m_error(new QLabel(this)),
      m_completer(new QCompleter(this)),
      m_candidates(new QStandardItemModel(this)),
      m_values([](const query::Field&) { return std::vector<std::string>(); }) {
    m_line->setClearButtonEnabled(true);
    m_line->setPlaceholderText(tr("Filter: words, or val_wer < 0.5 and started > 2 days ago and not failed"));
    m_line->setAccessibleName(tr("Filter runs"));
    m_line->setAccessibleDescription(tr("Ctrl+Space lists what can be written"));
    m_line->addAction(widgets::icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    m_line->installEventFilter(this);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->setVisible(false);
    m_completer->setModel(m_candidates);
    m_completer->setWidget(m_line);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->setMaxVisibleItems(kShownCandidates);
    m_completer->popup()->setItemDelegate(new CandidateDelegate(m_completer->popup()));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid / 2);
    layout->addWidget(m_line);
    layout->addWidget(m_error);
    setFocusProxy(m_line);
    m_errorDelay.setSingleShot(true);
    m_errorDelay.setInterval(kErrorDelayMs);
    connect(&m_errorDelay, &QTimer::timeout, this, &FilterLine::showError);
    m_filterDelay.setSingleShot(true);
    m_filterDelay.setInterval(kErrorDelayMs);
    connect(&m_filterDelay, &QTimer::timeout, this, [this] { Q_EMIT filterChanged(m_filter); });
    connect(m_line, &QLineEdit::textChanged, this, &FilterLine::read);
    connect(m_line, &QLineEdit::textEdited, this, &FilterLine::offer);
    connect(m_line, &QLineEdit::returnPressed, this, [this] {
        // The popup hands the key on before it takes the candidate.
        const QAbstractItemView* popup = m_completer->popup();
        if (popup->isVisible() && popup->currentIndex().isValid()) return;
        showError();
        if (m_wrong) return;
        if (m_isHeld || m_filterDelay.isActive()) Q_EMIT filterChanged(m_filter);
        m_isHeld = false;
        m_filterDelay.stop();
        Q_EMIT accepted();
    });
    connect(m_completer, qOverload<const QString&>(&QCompleter::activated), this, &FilterLine::insert);
    applyColors();
}

void FilterLine::setSchema(const query::Schema& schema) {
    m_schema = schema;
    m_hasSchema = true;
    read();
}

void FilterLine::setText(const QString& text) {
    m_line->setText(text);
}

QString FilterLine::text() const {
    return m_line->text();
}

QString FilterLine::errorText() const {
    return m_error->isVisibleTo(this) ? m_error->text() : QString();
}

void FilterLine::focusLine() {
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
}

void FilterLine::read() {
    const Result<query::Filter> filter = query::Filter::compile(m_line->text().toStdString(), m_schema);
    m_filterDelay.stop();
    if (filter) {
        m_wrong.reset();
        m_errorDelay.stop();
        showError();
        m_filter = *filter;
        // "val_w" is on its way to val_wer: as a word it would empty the table for a moment.
        m_isHeld = endsInField();
        if (m_isHeld) return;
        if (isUnfinished()) return m_filterDelay.start();
        return Q_EMIT filterChanged(m_filter);
    }
    m_wrong = filter.error();
    if (m_hasSchema) m_errorDelay.start();
}

bool FilterLine::isUnfinished() const {
    if (!m_completer->popup()->isVisible() || m_completion.begin == m_completion.end) return false;
    if (m_completion.candidates.empty()) return false;
    using Kind = query::Candidate::Kind;
    const Kind kind = m_completion.candidates.front().kind;
    return kind == Kind::Field || kind == Kind::Function || kind == Kind::Value;
}

/// The line ends in the name of a field, whose operator is yet to come.
bool FilterLine::endsInField() const {
    if (!m_line->hasFocus()) return false;
    const QString word = m_line->text().trimmed().section(QLatin1Char(' '), -1);
    const Result<query::Field> field = m_schema.resolve(word.toStdString());
    return field && query::typeOf(*field) != query::Type::Flag;
}

/// "val_wer < ▸fast: expected a number …"
void FilterLine::showError() {
    m_error->setVisible(m_wrong.has_value());
    if (!m_wrong) return;
    const QByteArray bytes = m_line->text().toUtf8();
    const auto at = std::min<qsizetype>(std::max(m_wrong->column - 1, 0), bytes.size());
    QString text = QString::fromUtf8(bytes.left(at)) + QStringLiteral("▸") +
                   QString::fromUtf8(bytes.mid(at)) + QStringLiteral("   ") +
                   QString::fromStdString(m_wrong->why);
    if (!m_wrong->remedy.empty()) text += QStringLiteral(". ") + QString::fromStdString(m_wrong->remedy);
    m_error->setText(text);
}

void FilterLine::offer() {
    const QByteArray before = m_line->text().left(m_line->cursorPosition()).toUtf8();
    m_completion = query::complete(m_line->text().toStdString(), static_cast<std::size_t>(before.size()),
                                   m_schema, m_values);
    m_candidates->clear();
    for (const query::Candidate& candidate : m_completion.candidates) {
        auto* item = new QStandardItem(QString::fromStdString(candidate.text));
        item->setData(QString::fromStdString(candidate.detail), CandidateDelegate::DetailRole);
        item->setData(QString(item->text() + QLatin1Char(' ') + QString::fromStdString(candidate.detail)),
                      Qt::AccessibleTextRole);
        m_candidates->appendRow(item);
    }
    QAbstractItemView* const popup = m_completer->popup();
    if (m_candidates->rowCount() == 0) return popup->hide();
    QRect below = m_line->rect();
    below.setLeft(
        std::max(0, m_line->inputMethodQuery(Qt::ImCursorRectangle).toRect().left() - widgets::kGrid));
    below.setWidth(std::min(
        m_line->width() - below.left(),
        std::max(360, popup->sizeHintForColumn(0) + popup->verticalScrollBar()->sizeHint().width())));
    m_completer->complete(below);
}

void FilterLine::insert(const QString& candidate) {
    const QByteArray bytes = m_line->text().toUtf8();
    const auto begin = static_cast<qsizetype>(m_completion.begin),
               end = static_cast<qsizetype>(m_completion.end);
    const bool isOpen = candidate.endsWith(QLatin1Char('('));
    QString head = QString::fromUtf8(bytes.left(begin)) + candidate;
    const QString tail = QString::fromUtf8(bytes.mid(end));
    if (!isOpen && !tail.startsWith(QLatin1Char(' '))) head += QLatin1Char(' ');
    m_line->setText(head + tail);
    m_line->setCursorPosition(static_cast<int>(head.size()));
    // What comes next is offered at once; the popup that brought this text has to close first.
    QTimer::singleShot(0, this, &FilterLine::offer);
}

bool FilterLine::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_line || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool asks = (key->key() == Qt::Key_Space && key->modifiers() == Qt::ControlModifier) ||
                      key->key() == Qt::Key_Down;
    if (!asks || m_completer->popup()->isVisible()) return QWidget::eventFilter(watched, event);
    offer();
    return true;
}

void FilterLine::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) applyColors();
}

void FilterLine::applyColors() {
    const QColor color = widgets::colorsFor(this).error;
    QPalette palette = m_error->palette();
    if (palette.color(QPalette::WindowText) == color) return;
    palette.setColor(QPalette::WindowText, color);
    m_error->setPalette(palette);
}

} // namespace fathom::app
