// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/tokenized_text.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QCoreApplication>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr std::size_t kMostChips = 20'000;

QString tr(const char* source) {
    return QCoreApplication::translate("fathom::app::TokenizedText", source);
}

/// UTF-16 units before each byte of UTF-8, and behind the last.
std::vector<qsizetype> unitsAt(std::string_view utf8) {
    std::vector<qsizetype> units(utf8.size() + 1);
    qsizetype unit = 0;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        units[i] = unit;
        if (byte >= 0xF0)
            unit += 2; // a surrogate pair
        else if (byte < 0x80 || byte >= 0xC0)
            unit += 1;
        else
            units[i] = unit; // inside a character: what covers it covers all of it
    }
    units[utf8.size()] = unit;
    return units;
}

qsizetype wordsIn(const QString& line) {
    qsizetype words = 0;
    bool isInside = false;
    for (const QChar c : line) {
        if (!c.isSpace() && !isInside) ++words;
        isInside = !c.isSpace();
    }
    return words;
}

QString visible(const std::string& piece) {
    QString text = QString::fromStdString(piece);
    if (text == QStringLiteral(" ")) return QStringLiteral("␣");
    return text.isEmpty() ? QStringLiteral("∅") : text;
}

class Collector {
public:
    Collector(const text::Tokenizer& tokenizer, TokenizedText& out) : m_tokenizer(tokenizer), m_out(out) {}

    void add(const QString& line, qsizetype at) {
        const std::string utf8 = line.toStdString();
        const std::vector<qsizetype> units = unitsAt(utf8);
        const std::vector<text::Piece> pieces = m_tokenizer.pieces(utf8);
        std::vector<std::int64_t> ids;
        for (const text::Piece& piece : pieces) {
            ids.push_back(piece.id);
            if (m_out.chips.size() < kMostChips)
                addChip(piece, at + units[std::min(piece.begin, utf8.size())],
                        at + units[std::min(piece.end, utf8.size())], line, at);
        }
        if (!pieces.empty() && !m_out.chips.empty()) m_out.chips.back().breaksLine = true;
        for (const std::string& unknown : m_tokenizer.encode(utf8).unknown)
            if (const QString text = QString::fromStdString(unknown); !m_out.unknown.contains(text))
                m_out.unknown.append(text);
        m_decoded.append(QString::fromStdString(m_tokenizer.decode(ids)));
        m_out.ids.insert(m_out.ids.end(), ids.begin(), ids.end());
        m_out.characters += static_cast<qsizetype>(line.toUcs4().size());
        m_out.words += wordsIn(line);
    }
    void finish(const QString& text) {
        m_out.decoded = m_decoded.join(QLatin1Char('\n'));
        m_out.isEqual = m_out.decoded == text;
    }

private:
    void addChip(const text::Piece& piece, qsizetype begin, qsizetype end, const QString& line,
                 qsizetype lineBegin) {
        const QString covered = line.mid(begin - lineBegin, end - begin);
        const bool isUnknown = m_tokenizer.unkId() && *m_tokenizer.unkId() == piece.id;
        const QString shown = isUnknown && !covered.isEmpty() ? covered : visible(piece.piece);
        QString tip = tr("%1, id %2").arg(QString::fromStdString(piece.piece)).arg(piece.id);
        if (!covered.isEmpty()) tip += tr("\nstands for “%1”").arg(covered);
        if (isUnknown) tip += tr("\nhas no piece of its own");
        m_out.chips.push_back({.text = shown,
                               .caption = QString::number(piece.id),
                               .toolTip = tip,
                               .color = static_cast<int>(m_out.chips.size() % 7),
                               .isMarked = isUnknown});
        m_out.ranges.push_back({begin, end});
    }

    const text::Tokenizer& m_tokenizer;
    TokenizedText& m_out;
    QStringList m_decoded;
};

} // namespace

TokenizedText tokenize(const text::Tokenizer& tokenizer, const QString& text, const std::stop_token& stop) {
    TokenizedText out;
    Collector collector(tokenizer, out);
    qsizetype at = 0;
    for (const QString& line : text.split(QLatin1Char('\n'))) {
        if (stop.stop_requested()) break;
        collector.add(line, at);
        at += line.size() + 1;
    }
    collector.finish(text);
    return out;
}

QString summaryOf(const TokenizedText& text) {
    using widgets::formatCount;
    const auto tokens = static_cast<qint64>(text.ids.size());
    QStringList parts{tokens == 1 ? tr("1 token") : tr("%1 tokens").arg(formatCount(tokens)),
                      text.characters == 1 ? tr("1 character")
                                           : tr("%1 characters").arg(formatCount(text.characters)),
                      text.words == 1 ? tr("1 word") : tr("%1 words").arg(formatCount(text.words))};
    if (tokens > 0 && text.words > 0)
        parts.append(tr("%1 tokens a word")
                         .arg(widgets::formatNumber(
                             static_cast<double>(tokens) / static_cast<double>(text.words), 3)));
    if (!text.unknown.isEmpty()) parts.append(tr("%1 unknown").arg(formatCount(text.unknown.size())));
    if (text.chips.size() < text.ids.size())
        parts.append(tr("the first %1 are shown").arg(formatCount(static_cast<qint64>(text.chips.size()))));
    return parts.join(QStringLiteral("  ·  "));
}

QString decodeIds(const text::Tokenizer& tokenizer, const QString& ids, QString& problem) {
    problem.clear();
    std::vector<std::int64_t> wanted;
    QString number;
    const auto take = [&] {
        if (number.isEmpty()) return;
        bool isNumber = false;
        const std::int64_t id = number.toLongLong(&isNumber);
        const bool isInside = isNumber && id >= 0 && id < tokenizer.size();
        if (isInside) wanted.push_back(id);
        if (!isInside && problem.isEmpty())
            problem = tr("The vocabulary has no id %1: they go from 0 to %2.")
                          .arg(number)
                          .arg(tokenizer.size() - 1);
        number.clear();
    };
    for (const QChar c : ids) {
        if (c.isDigit() || (c == QLatin1Char('-') && number.isEmpty()))
            number += c;
        else
            take();
    }
    take();
    return QString::fromStdString(tokenizer.decode(wanted));
}

void showTokens(widgets::ChipFlow& strip, const text::Tokenizer* tokenizer, const QString& line) {
    constexpr int kMostLines = 4;
    constexpr int kMostShown = 2000; // characters: this is the GUI thread
    const bool isShown = tokenizer && !line.trimmed().isEmpty();
    strip.setVisible(isShown);
    if (!isShown) return;
    strip.setChips(tokenize(*tokenizer, line.left(kMostShown), {}).chips);
    const int oneLine = strip.chips().empty() ? 0 : strip.chipRect(0).height() + widgets::kGrid / 2;
    strip.setFixedHeight(std::min(strip.contentHeight(), kMostLines * oneLine));
}

} // namespace fathom::app
