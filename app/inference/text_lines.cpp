// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/text_lines.h"

#include "engine/base/file.h"

#include <QStringDecoder>

#include <string_view>

namespace fathom::app {

namespace {

constexpr std::size_t kLargest = 64'000'000;

tl::unexpected<Error> refuse(const QString& file, const char* why, const char* remedy, int line = 0) {
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot read the text",
                 .why = why,
                 .remedy = remedy,
                 .file = file.toStdString(),
                 .line = line});
}

} // namespace

Result<QStringList> readTextLines(const QStringList& files) {
    QStringList lines;
    for (const QString& file : files) {
        const auto mapped = MappedFile::open(file.toStdString());
        if (!mapped) return fail(mapped.error());
        const auto bytes = (*mapped)->bytes();
        if (bytes.size() > kLargest)
            return refuse(file, "it is larger than 64 MB", "Use fathom-cli for so much text");
        std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (int number = 1; !rest.empty(); ++number) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            QStringDecoder decode(QStringDecoder::Utf8, QStringConverter::Flag::Stateless);
            const QString text = decode(QByteArrayView(line.data(), static_cast<qsizetype>(line.size())));
            if (decode.hasError() || text.contains(QChar(0)))
                return refuse(file, "the line is no UTF-8 text", "Save the file as UTF-8", number);
            if (!text.trimmed().isEmpty()) lines.append(text);
        }
    }
    return lines;
}

} // namespace fathom::app
