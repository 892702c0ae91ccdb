// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/figure_source.h"

#include "engine/base/file.h"

#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QXmlStreamReader>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr const char* kMark = "Drawn by Fathom";
constexpr qsizetype kMostAttachment = 16 << 20; ///< bytes of a stream of a PDF that is looked into

Error problem(const std::string& why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot open this figure",
            .why = why,
            .remedy = "Choose an SVG, PDF, PNG, PGF or CSV file that a plot was exported to",
            .file = {}};
}

QString inSvg(const QByteArray& bytes) {
    QXmlStreamReader reader(bytes);
    while (!reader.atEnd())
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String("desc"))
            return reader.readElementText(QXmlStreamReader::IncludeChildElements);
    return {};
}

/// QImageReader would tell the text without its line ends.
QString inPng(const QByteArray& bytes) {
    return QImage::fromData(bytes, "PNG").text(QStringLiteral("Description"));
}

/// Qt's writer keeps attachments as streams, with deflate or without.
QString inPdf(const QByteArray& bytes) {
    for (qsizetype at = bytes.indexOf("\nstream"); at >= 0; at = bytes.indexOf("\nstream", at + 1)) {
        qsizetype begin = at + 7;
        while (begin < bytes.size() && (bytes[begin] == '\r' || bytes[begin] == '\n'))
            ++begin;
        const qsizetype end = bytes.indexOf("endstream", begin);
        if (end < 0) break;
        if (end - begin > kMostAttachment) continue;
        const QByteArray raw = bytes.mid(begin, end - begin);
        if (raw.startsWith(kMark)) return QString::fromUtf8(raw);
        const bool isDeflated = raw.size() > 2 && (raw[0] & 0x0f) == 8;
        if (!isDeflated) continue;
        const QByteArray text = qUncompress(QByteArray("\0\0\x10\0", 4) + raw); // it wants a size in front
        if (text.startsWith(kMark)) return QString::fromUtf8(text);
    }
    return {};
}

/// A comment at the beginning: lines after '%' or '#'.
QString inComment(const QByteArray& bytes, char sign) {
    QStringList lines;
    for (const QByteArray& line : bytes.split('\n')) {
        if (!line.startsWith(sign)) {
            if (lines.isEmpty()) continue;
            break;
        }
        lines.append(QString::fromUtf8(line.mid(1).trimmed()));
    }
    return lines.join(QLatin1Char('\n'));
}

QString textIn(const QByteArray& bytes) {
    if (bytes.startsWith("\x89PNG")) return inPng(bytes);
    if (bytes.startsWith("%PDF")) return inPdf(bytes);
    if (bytes.startsWith("<?xml") || bytes.startsWith("<svg")) return inSvg(bytes);
    return inComment(bytes, bytes.startsWith('#') ? '#' : '%');
}

} // namespace

Result<FigureSource> figureSourceIn(const QByteArray& bytes) {
    const QString text = textIn(bytes);
    const qsizetype mark = text.indexOf(QLatin1String(kMark));
    const qsizetype begin = text.indexOf(QLatin1String("\n{"), std::max<qsizetype>(mark, 0));
    if (mark < 0 || begin < 0) return fail(problem("it does not say what it was drawn from"));
    const QString line = text.mid(begin + 1).section(QLatin1Char('\n'), 0, 0);
    QJsonParseError parsed;
    const QJsonObject json = QJsonDocument::fromJson(line.toUtf8(), &parsed).object();
    if (json.isEmpty())
        return fail(problem("what it says of itself is damaged: " + parsed.errorString().toStdString()));
    FigureSource source;
    for (const QJsonValue& run : json[QLatin1String("runs")].toArray())
        source.runs.push_back({run[QLatin1String("id")].toInteger(), run[QLatin1String("title")].toString()});
    auto board = boardFromJson(QJsonDocument(json[QLatin1String("board")].toObject()).toJson());
    if (!board) return fail(board.error());
    if (source.runs.empty() || board->plots.empty()) return fail(problem("it names no runs or no plot"));
    source.board = std::move(*board);
    source.board.name = source.board.plots.front().title;
    if (source.board.name.isEmpty()) source.board.name = source.board.plots.front().metrics.value(0);
    return source;
}

Result<FigureSource> readFigureSource(const QString& file) {
    const auto bytes = readFile(file.toStdString());
    if (!bytes) return fail(bytes.error());
    auto source = figureSourceIn(QByteArray::fromStdString(*bytes));
    if (!source) source.error().file = file.toStdString();
    return source;
}

} // namespace fathom::app
