// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings for tests.
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <cmath>
#include <cstring>

namespace fathom::app {

/// A WAV file of a tone, one channel of 16 bit.
inline QByteArray waveOfTone(double seconds, int rate = 16000) {
    const auto count = static_cast<quint32>(seconds * rate);
    QByteArray bytes("RIFF????WAVEfmt ", 16);
    const auto number = [&](auto value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    number(quint32{16});
    number(quint16{1});
    number(quint16{1});
    number(static_cast<quint32>(rate));
    number(static_cast<quint32>(2 * rate));
    number(quint16{2});
    number(quint16{16});
    bytes.append("data");
    number(2 * count);
    for (quint32 n = 0; n < count; ++n)
        number(static_cast<qint16>(12000 * std::sin(n * 0.2)));
    const auto size = static_cast<quint32>(bytes.size() - 8);
    std::memcpy(bytes.data() + 4, &size, sizeof size);
    return bytes;
}

inline bool writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

} // namespace fathom::app
