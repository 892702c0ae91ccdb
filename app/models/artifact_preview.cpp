// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/artifact_preview.h"

#include "widgets/number_format.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringDecoder>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr std::size_t kShownText = std::size_t{2} * 1024 * 1024;
constexpr std::size_t kMostTokenBytes = std::size_t{64} * 1024 * 1024; // what is larger is no vocabulary

QString tr(const char* text) {
    return QCoreApplication::translate("ArtifactPreview", text);
}

/// The text when the bytes are UTF-8 without control characters.
std::optional<QString> asText(std::span<const std::byte> bytes, bool isCut) {
    const QByteArrayView view(reinterpret_cast<const char*>(bytes.data()),
                              static_cast<qsizetype>(bytes.size()));
    using Flag = QStringDecoder::Flag;
    QStringDecoder decode(QStringDecoder::Utf8, isCut ? Flag::Default : Flag::Stateless);
    QString text = decode(view);
    if (decode.hasError()) return std::nullopt;
    const bool hasControls = std::ranges::any_of(text, [](QChar c) {
        return c.unicode() < 0x20 && c != QLatin1Char('\n') && c != QLatin1Char('\t') &&
               c != QLatin1Char('\r');
    });
    if (hasControls) return std::nullopt;
    if (isCut) text.truncate(text.lastIndexOf(QLatin1Char('\n')) + 1); // no half line, no half character
    return text;
}

} // namespace

QString artifactPath(const QString& stored) {
    return stored.startsWith(QStringLiteral("./")) ? stored.mid(2) : stored;
}

QString artifactName(const QString& stored) {
    static const QRegularExpression prefix(QStringLiteral("^[0-9a-f]{32}_(?=.)"));
    return artifactPath(stored).remove(prefix);
}

ArtifactPreview previewArtifact(const QString& name, std::span<const std::byte> bytes, std::stop_token stop) {
    using Kind = ArtifactPreview::Kind;
    const QString lower = artifactName(name).toLower();
    ArtifactPreview preview;
    preview.bytes = static_cast<qint64>(bytes.size());
    if (looksLikeAudio(bytes)) {
        if (auto clip = readClip(bytes, stop)) {
            preview.kind = Kind::Audio;
            preview.audio = std::move(*clip);
            return preview;
        }
    }
    const bool mayHaveTokens = bytes.size() <= kMostTokenBytes;
    if (mayHaveTokens && lower.endsWith(QStringLiteral(".model"))) {
        if (auto pieces = parseSentencePieces(bytes)) {
            preview.kind = Kind::Pieces;
            preview.vocabulary = std::move(*pieces);
            return preview;
        }
    }
    const auto shown = bytes.first(std::min(bytes.size(), kShownText));
    preview.isCut = shown.size() < bytes.size();
    const auto text = asText(shown, preview.isCut);
    if (!text) return preview;
    preview.text = *text;
    const bool isVocabulary =
        lower.endsWith(QStringLiteral(".vocab")) ||
        (lower.contains(QStringLiteral("vocab")) && lower.endsWith(QStringLiteral(".txt")));
    if (isVocabulary && mayHaveTokens) {
        if (auto vocabulary = parseVocabulary(bytes)) {
            preview.kind = Kind::Tokens;
            preview.vocabulary = std::move(*vocabulary);
            return preview;
        }
    }
    preview.kind = lower.endsWith(QStringLiteral(".yaml")) || lower.endsWith(QStringLiteral(".yml"))
                       ? Kind::Yaml
                   : lower.endsWith(QStringLiteral(".json")) ? Kind::Json
                                                             : Kind::Text;
    return preview;
}

QString describe(const ArtifactPreview& preview) {
    using Kind = ArtifactPreview::Kind;
    const auto entries = static_cast<qint64>(preview.vocabulary.size());
    switch (preview.kind) {
    case Kind::Tokens:
        return entries == 1 ? tr("Vocabulary, 1 token")
                            : tr("Vocabulary, %1 tokens").arg(widgets::formatCount(entries));
    case Kind::Pieces:
        return tr("SentencePiece model, %1 pieces").arg(widgets::formatCount(entries));
    case Kind::Audio:
        return tr("%1, %2, %3 Hz, %4")
            .arg(preview.audio.format, widgets::formatDuration(preview.audio.seconds),
                 widgets::formatCount(preview.audio.rate),
                 preview.audio.channels == 1 ? tr("mono") : tr("%1 channels").arg(preview.audio.channels));
    case Kind::Yaml:
        return tr("YAML");
    case Kind::Json:
        return tr("JSON");
    case Kind::Text:
        return preview.isCut ? tr("Text, the beginning of it") : tr("Text");
    case Kind::Binary:
        return tr("Binary");
    }
    return {};
}

} // namespace fathom::app
