// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/number_format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <cmath>

namespace fathom::widgets {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("fathom::widgets::numbers", source);
}

/// The user's locale; the C locale groups no digits, so English stands in for it.
const QLocale& locale() {
    static const QLocale chosen = [] {
        QLocale system;
        if (system.language() == QLocale::C) system = QLocale(QLocale::English, QLocale::UnitedStates);
        return system;
    }();
    return chosen;
}

QString twoUnits(qint64 large, const char* largeUnit, qint64 small, const char* smallUnit) {
    QString result = QString::number(large) + QLatin1Char(' ') + text(largeUnit);
    if (small > 0) result += QLatin1Char(' ') + QString::number(small) + QLatin1Char(' ') + text(smallUnit);
    return result;
}

} // namespace

QString formatNumber(double value, int digits) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    if (value == 0) return QStringLiteral("0");
    const double size = std::abs(value);
    if (size < 1e-4 || size >= 1e9) return QString::number(value, 'g', digits); // QLocale would write 1.2E-05
    const int exponent = static_cast<int>(std::floor(std::log10(size)));
    const int decimals = std::max(0, digits - 1 - exponent);
    QString result = locale().toString(value, 'f', decimals);
    if (decimals > 0) {
        while (result.endsWith(QLatin1Char('0')))
            result.chop(1);
        if (!result.isEmpty() && !result.back().isDigit()) result.chop(1);
    }
    return result;
}

QString formatExact(double value) {
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

QString formatCount(qint64 value) {
    return locale().toString(value);
}

QString formatDuration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return QStringLiteral("–");
    if (seconds < 0.9995)
        return QString::number(std::llround(seconds * 1000)) + QLatin1Char(' ') + text("ms");
    const qint64 total = std::llround(seconds);
    if (total < 60) return QString::number(total) + QLatin1Char(' ') + text("s");
    if (total < 3600) return twoUnits(total / 60, "min", total % 60, "s");
    if (total < 86400) return twoUnits(total / 3600, "h", total % 3600 / 60, "min");
    return twoUnits(total / 86400, "d", total % 86400 / 3600, "h");
}

QString formatBytes(double bytes) {
    static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < std::size(kUnits)) {
        bytes /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 || bytes >= 9.95 ? 0 : 1;
    return locale().toString(bytes, 'f', decimals) + QLatin1Char(' ') + QLatin1String(kUnits[unit]);
}

QString formatMoment(double secondsSinceEpoch) {
    constexpr double kFarthest = 253402300800; // the year 10000; logs of other programs may say anything
    if (!(secondsSinceEpoch > 0) || secondsSinceEpoch >= kFarthest) return {};
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(secondsSinceEpoch * 1000));
    if (moment.date() == QDate::currentDate()) return moment.toString(QStringLiteral("HH:mm:ss"));
    return moment.toString(QStringLiteral("yyyy-MM-dd HH:mm"));
}

} // namespace fathom::widgets
