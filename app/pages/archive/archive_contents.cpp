// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_contents.h"

#include "engine/archive/byte_reader.h"
#include "engine/config/compose.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringDecoder>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr std::size_t kShownBytes = 256 * 1024;
constexpr std::string_view kConfigName = "model_config.yaml";
constexpr std::string_view kWeightsName = "model_weights.ckpt";

void readConfig(ArchiveContents& contents) {
    const Result<std::string> yaml = contents.nemo->configYaml();
    if (!yaml) {
        contents.configError = yaml.error();
        return;
    }
    contents.configYaml = QString::fromStdString(*yaml);
    // The file is handed over in memory: nothing is read from the folder.
    const auto config = config::compose(
        {.configPath = ".", .configName = "model_config", .files = {{std::string(kConfigName), *yaml}}});
    if (config)
        contents.configTree = buildConfigTree(*config);
    else
        contents.configError = config.error();
}

void readWeights(ArchiveContents& contents) {
    const auto weights = contents.nemo->weights();
    if (weights)
        contents.weights = *weights;
    else
        contents.weightsError = weights.error();
}

bool isArtifact(const archive::Member& member) {
    const std::string_view name = archive::plainMemberName(member.name);
    return member.type == archive::MemberType::File && name != kConfigName && name != kWeightsName;
}

QString hexDump(std::span<const std::byte> bytes) {
    QString text;
    for (std::size_t line = 0; line < bytes.size(); line += 16) {
        const auto part = bytes.subspan(line, std::min<std::size_t>(16, bytes.size() - line));
        QString hex;
        QString letters;
        for (const std::byte byte : part) {
            const auto value = std::to_integer<unsigned>(byte);
            hex += QStringLiteral("%1 ").arg(value, 2, 16, QLatin1Char('0'));
            letters += value >= 0x20 && value < 0x7f ? QChar(static_cast<ushort>(value)) : QChar(u'·');
        }
        text += QStringLiteral("%1  %2 %3\n").arg(line, 8, 16, QLatin1Char('0')).arg(hex, -48).arg(letters);
    }
    return text;
}

} // namespace

Result<std::shared_ptr<const ArchiveContents>> openArchive(const QString& path) {
    auto contents = std::make_shared<ArchiveContents>();
    const QFileInfo info(path);
    contents->path = path;
    contents->fileBytes = info.isFile() ? info.size() : 0;
    const bool isCheckpoint = path.endsWith(QStringLiteral(".ckpt"), Qt::CaseInsensitive) ||
                              path.endsWith(QStringLiteral(".pt"), Qt::CaseInsensitive);
    if (isCheckpoint) {
        auto weights = archive::openWeights(path.toStdString());
        if (!weights) return fail(weights.error());
        contents->weights = std::move(*weights);
    } else {
        auto nemo = archive::Nemo::open(path.toStdString());
        if (!nemo) return fail(nemo.error());
        contents->nemo = std::move(*nemo);
        readConfig(*contents);
        readWeights(*contents);
        for (const archive::Member& member : contents->nemo->members()) {
            if (isArtifact(member)) contents->artifacts.push_back(member.name);
        }
    }
    if (contents->weights) {
        for (const archive::Tensor& tensor : contents->weights->tensors())
            contents->parameters += tensor.elementCount();
    }
    if (contents->nemo)
        contents->findings = archive::verify(*contents->nemo);
    else
        contents->findings = archive::verify(*contents->weights);
    return std::shared_ptr<const ArchiveContents>(std::move(contents));
}

QString textOrHex(std::span<const std::byte> bytes) {
    const auto shown = bytes.first(std::min(bytes.size(), kShownBytes));
    const QByteArrayView view(reinterpret_cast<const char*>(shown.data()),
                              static_cast<qsizetype>(shown.size()));
    QStringDecoder decode(QStringDecoder::Utf8);
    QString text = decode(view);
    const bool hasControls = std::any_of(text.begin(), text.end(), [](QChar c) {
        return c.unicode() < 0x20 && c != QLatin1Char('\n') && c != QLatin1Char('\t') &&
               c != QLatin1Char('\r');
    });
    if (decode.hasError() || hasControls) text = hexDump(shown);
    if (shown.size() < bytes.size()) {
        text += QCoreApplication::translate("ArchiveContents", "\n… the first %L1 of %L2 bytes")
                    .arg(shown.size())
                    .arg(bytes.size());
    }
    return text;
}

} // namespace fathom::app
