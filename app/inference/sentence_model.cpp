// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/sentence_model.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QApplication>

#include <algorithm>

namespace fathom::app {

using State = Sentence::State;

Sentence parseSentence(const QString& line) {
    const qsizetype tab = line.lastIndexOf(QLatin1Char('\t'));
    bool isNumber = false;
    const qint64 label = tab >= 0 ? line.mid(tab + 1).trimmed().toLongLong(&isNumber) : 0;
    if (!isNumber) return {.text = line.simplified()};
    return {.text = line.left(tab).simplified(), .expected = label};
}

QString classText(const run::Classification& result) {
    return result.className.empty() ? SentenceModel::tr("class %1").arg(result.label)
                                    : QString::fromStdString(result.className);
}

namespace {

double probabilityOf(const run::Classification& result) {
    const auto label = static_cast<std::size_t>(result.label);
    return label < result.probabilities.size() ? result.probabilities[label] : 0;
}

} // namespace

void SentenceModel::add(std::vector<Sentence> sentences) {
    if (sentences.empty()) return;
    const bool hadLabels = m_hasLabels;
    beginInsertRows({}, size(), size() + static_cast<int>(sentences.size()) - 1);
    for (Sentence& sentence : sentences) {
        m_hasLabels = m_hasLabels || sentence.expected.has_value();
        m_sentences.push_back(std::move(sentence));
    }
    endInsertRows();
    if (m_hasLabels != hadLabels) Q_EMIT headerDataChanged(Qt::Horizontal, ExpectedColumn, ExpectedColumn);
}

void SentenceModel::clear() {
    beginResetModel();
    m_sentences.clear();
    m_firstWaiting = m_done = m_failed = m_labelled = m_right = 0;
    m_hasLabels = false;
    endResetModel();
}

std::vector<int> SentenceModel::takeWaiting(int most) {
    std::vector<int> rows;
    while (m_firstWaiting < size() && at(m_firstWaiting).state != State::Waiting)
        ++m_firstWaiting;
    for (int row = m_firstWaiting; row < size() && static_cast<int>(rows.size()) < most; ++row) {
        if (at(row).state != State::Waiting) continue;
        rows.push_back(row);
        set(row, State::Working);
    }
    return rows;
}

void SentenceModel::set(int row, State state) {
    m_sentences[static_cast<std::size_t>(row)].state = state;
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void SentenceModel::finish(int row, const run::Classification& result) {
    Sentence& sentence = m_sentences[static_cast<std::size_t>(row)];
    sentence.result = result;
    ++m_done;
    if (sentence.expected) {
        ++m_labelled;
        if (*sentence.expected == result.label) ++m_right;
    }
    set(row, State::Done);
}

void SentenceModel::fail(int row, const Error& error) {
    m_sentences[static_cast<std::size_t>(row)].problem = QString::fromStdString(error.message());
    ++m_failed;
    set(row, State::Failed);
}

void SentenceModel::putBack() {
    for (int row = 0; row < size(); ++row) {
        if (at(row).state != State::Working) continue;
        set(row, State::Waiting);
        m_firstWaiting = std::min(m_firstWaiting, row);
    }
}

int SentenceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : size();
}

int SentenceModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString SentenceModel::text(const Sentence& sentence, int column) const {
    if (column == TextColumn) return sentence.text;
    if (column == ExpectedColumn) {
        if (!sentence.expected) return {};
        const bool isWrong = sentence.state == State::Done && sentence.result.label != *sentence.expected;
        const QString label = QString::number(*sentence.expected);
        return isWrong ? tr("%1 ✗").arg(label) : label;
    }
    if (sentence.state == State::Failed) return column == ClassColumn ? sentence.problem : QString();
    if (sentence.state != State::Done) return column == ClassColumn ? QStringLiteral("…") : QString();
    return column == ClassColumn
               ? classText(sentence.result)
               : QStringLiteral("%1 %").arg(100 * probabilityOf(sentence.result), 0, 'f', 1);
}

QVariant SentenceModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Sentence& sentence = at(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(sentence, column);
    case Qt::ToolTipRole:
        if (column == ProbabilityColumn && sentence.state == State::Done)
            return widgets::formatExact(probabilityOf(sentence.result));
        return text(sentence, column);
    case Qt::TextAlignmentRole:
        if (column == ProbabilityColumn) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::ForegroundRole: {
        const bool isWrong = column == ExpectedColumn && sentence.expected && sentence.state == State::Done &&
                             sentence.result.label != *sentence.expected;
        const bool isProblem = column == ClassColumn && sentence.state == State::Failed;
        if (!isWrong && !isProblem) return {};
        return widgets::colorsFor(QApplication::palette()).error;
    }
    default:
        return {};
    }
}

QVariant SentenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section == ProbabilityColumn)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case TextColumn:
        return tr("Sentence");
    case ClassColumn:
        return tr("Class");
    case ProbabilityColumn:
        return tr("Probability");
    default:
        return tr("Label");
    }
}

QString sentencesAsTsv(const SentenceModel& model) {
    QString out;
    for (int row = 0; row < model.size(); ++row) {
        const Sentence& sentence = model.at(row);
        if (sentence.state != State::Done) continue;
        out += QStringLiteral("%1\t%2\t%3")
                   .arg(sentence.text, classText(sentence.result),
                        widgets::formatExact(probabilityOf(sentence.result)));
        if (sentence.expected) out += QStringLiteral("\t%1").arg(*sentence.expected);
        out += QLatin1Char('\n');
    }
    return out;
}

} // namespace fathom::app
