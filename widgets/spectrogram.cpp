// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/spectrogram.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr double kShownRange = 70; // dB below the strongest

/// O'Shaughnessy's scale, which speech recognisers use.
double mel(double hertz) {
    return 2595 * std::log10(1 + hertz / 700);
}

double hertzOf(double mel) {
    return 700 * (std::pow(10, mel / 2595) - 1);
}

std::array<QRgb, 256> gradient(const std::array<QColor, 5>& anchors) {
    std::array<QRgb, 256> colors{};
    for (std::size_t i = 0; i < colors.size(); ++i) {
        const double place = static_cast<double>(i) / 255 * 4;
        const auto first = std::min(anchors.size() - 2, static_cast<std::size_t>(place));
        colors[i] = blend(anchors[first], anchors[first + 1], place - static_cast<double>(first)).rgb();
    }
    return colors;
}

} // namespace

const std::array<QRgb, 256>& levelColors(bool dark) {
    // After matplotlib's magma; on a light page the other way round, from the page to ink.
    static const std::array<QRgb, 256> onDark =
        gradient({QColor(0x12, 0x14, 0x1A), QColor(0x3B, 0x1C, 0x62), QColor(0x9F, 0x2F, 0x7F),
                  QColor(0xF8, 0x76, 0x5C), QColor(0xFC, 0xF5, 0xBF)});
    static const std::array<QRgb, 256> onLight =
        gradient({QColor(0xFF, 0xFF, 0xFF), QColor(0xFD, 0xC9, 0xA0), QColor(0xE0, 0x63, 0x6B),
                  QColor(0x7A, 0x24, 0x82), QColor(0x10, 0x08, 0x32)});
    return dark ? onDark : onLight;
}

Spectrogram::Spectrogram(QWidget* parent) : TimeView(parent) {
    setAccessibleName(tr("Spectrogram"));
    setMouseTracking(true);
}

void Spectrogram::setData(std::shared_ptr<const SpectrogramData> levels) {
    if (levels && levels->frames == 0) levels.reset();
    m_data = std::move(levels);
    m_image = {};
    m_crossY = -1;
    setSeconds(m_data ? m_data->seconds : 0);
    setAccessibleDescription(m_data ? tr("%1, up to %2 Hz")
                                          .arg(formatDuration(m_data->seconds),
                                               formatCount(static_cast<qint64>(m_data->highest())))
                                    : QString());
    Q_EMIT readOut({});
}

void Spectrogram::setScale(Scale scale) {
    if (scale == m_scale) return;
    m_scale = scale;
    m_image = {};
    update();
}

QRectF Spectrogram::plotArea() const {
    return QRectF(rect()).adjusted(0, 0, 0, -fontMetrics().height() - kGrid);
}

double Spectrogram::hertzAt(double y) const {
    const double height = plotArea().height();
    const double share = height > 0 ? std::clamp(1 - y / height, 0.0, 1.0) : 0;
    return m_scale == Scale::Mel ? hertzOf(share * mel(m_data->highest())) : share * m_data->highest();
}

double Spectrogram::yOf(double hertz) const {
    const double share =
        m_scale == Scale::Mel ? mel(hertz) / mel(m_data->highest()) : hertz / m_data->highest();
    return (1 - share) * plotArea().height();
}

std::size_t Spectrogram::frameAt(double x) const {
    const double frame = std::max(0.0, timeAt(x) / m_data->secondsPerFrame);
    return std::min(m_data->frames - 1, static_cast<std::size_t>(frame));
}

std::size_t Spectrogram::binAt(double y) const {
    return std::min(m_data->bins - 1,
                    static_cast<std::size_t>(std::lround(hertzAt(y) / m_data->hertzPerBin)));
}

Spectrogram::Range Spectrogram::framesOf(double left, double right) const {
    const std::size_t first = frameAt(left);
    return {first, std::max(first + 1, frameAt(right))};
}

Spectrogram::Range Spectrogram::binsOf(double top, double bottom) const {
    const std::size_t first = binAt(bottom);
    return {first, std::max(first + 1, binAt(top))};
}

/// So that no click is lost between two pixels.
quint8 Spectrogram::strongest(const Range& frames, const Range& bins) const {
    quint8 greatest = 0;
    for (std::size_t frame = frames.first; frame < frames.end; ++frame)
        for (std::size_t bin = bins.first; bin < bins.end; ++bin)
            greatest = std::max(greatest, m_data->level(frame, bin));
    return greatest;
}

void Spectrogram::draw(QSize pixels, double scale) {
    m_image = QImage(pixels, QImage::Format_RGB32);
    m_drawn = view();
    const auto& colors = levelColors(colorsFor(this).dark);
    const double lowest = m_data->greatest - kShownRange / SpectrogramData::kStep;
    std::array<QRgb, 256> colorOf{};
    for (std::size_t level = 0; level < colorOf.size(); ++level) {
        const double share = (static_cast<double>(level) - lowest) * SpectrogramData::kStep / kShownRange;
        colorOf[level] = colors[static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 255)];
    }
    std::vector<Range> columns;
    for (int x = 0; x < pixels.width(); ++x)
        columns.push_back(framesOf(x / scale, (x + 1) / scale));
    for (int y = 0; y < pixels.height(); ++y) {
        const Range bins = binsOf(y / scale, (y + 1) / scale);
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y));
        for (const Range& frames : columns)
            *line++ = colorOf[strongest(frames, bins)];
    }
}

void Spectrogram::paintEvent(QPaintEvent*) {
    const QRectF area = plotArea();
    if (!m_data || area.height() < 1) return;
    QPainter painter(this);
    const QSize pixels = (area.size() * devicePixelRatioF()).toSize();
    if (m_image.size() != pixels || m_drawn != view()) draw(pixels, devicePixelRatioF());
    painter.drawImage(area, m_image);
    paintFrequencies(painter, area);
    paintCursor(painter, area);
    const Colors& colors = colorsFor(this);
    if (m_crossY >= 0) painter.fillRect(QRectF(0, m_crossY, width(), 1), colors.text);
    paintMarks(painter, area);
    if (hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(area.adjusted(0, 0, -1, -1));
    }
}

/// Over the picture, so that the time axis begins where the waveform's does.
void Spectrogram::paintFrequencies(QPainter& painter, const QRectF& area) const {
    const Colors& colors = colorsFor(this);
    painter.setFont(captionFont(font()));
    const QFontMetrics metrics = painter.fontMetrics();
    double lastY = area.bottom() + metrics.height();
    for (const double hertz : {250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0}) {
        const double y = yOf(hertz);
        if (hertz > m_data->highest() || y < metrics.height() || lastY - y < 1.5 * metrics.height()) continue;
        lastY = y;
        const QString text = hertz < 1000 ? tr("%1 Hz").arg(hertz) : tr("%1 kHz").arg(hertz / 1000);
        const QRectF box(0, y - metrics.height() / 2.0, metrics.horizontalAdvance(text) + kGrid,
                         metrics.height());
        QColor back = colors.surface;
        back.setAlphaF(0.8F);
        painter.fillRect(box, back);
        painter.setPen(colors.text);
        painter.drawText(box, Qt::AlignCenter, text);
        painter.fillRect(QRectF(box.right(), y, kGrid / 2, 1), colors.text);
    }
    painter.setFont(font());
}

std::optional<Spectrogram::Reading> Spectrogram::readingAt(QPointF position) const {
    if (!m_data || !plotArea().contains(position)) return std::nullopt;
    const double x = std::floor(position.x());
    const double y = std::floor(position.y());
    return Reading{timeAt(position.x()), hertzAt(position.y()),
                   SpectrogramData::decibels(strongest(framesOf(x, x + 1), binsOf(y, y + 1)))};
}

QString Spectrogram::textOf(const Reading& reading) {
    return tr("%1 s   %2 Hz   %3 dB")
        .arg(reading.seconds, 0, 'f', 3)
        .arg(formatCount(std::llround(reading.hertz)), formatNumber(std::round(reading.decibels)));
}

void Spectrogram::changeEvent(QEvent* event) {
    TimeView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) m_image = {};
}

void Spectrogram::mouseMoveEvent(QMouseEvent* event) {
    TimeView::mouseMoveEvent(event);
    m_crossY = -1;
    const auto reading = readingAt(event->position());
    Q_EMIT readOut(reading ? textOf(*reading) : QString());
}

void Spectrogram::leaveEvent(QEvent* event) {
    TimeView::leaveEvent(event);
    Q_EMIT readOut({});
}

void Spectrogram::moveCross(double y) {
    m_crossY = std::clamp(y, 0.0, std::max(0.0, plotArea().height() - 1));
    update();
    const double x = std::clamp(xOf(std::max(0.0, cursorTime())), 0.0, width() - 1.0);
    const auto reading = readingAt({x, m_crossY});
    if (!reading) return;
    setAccessibleDescription(textOf(*reading));
    Q_EMIT readOut(textOf(*reading));
}

void Spectrogram::keyPressEvent(QKeyEvent* event) {
    const bool isUp = event->key() == Qt::Key_Up;
    if (!m_data || (!isUp && event->key() != Qt::Key_Down)) return TimeView::keyPressEvent(event);
    const double from = m_crossY < 0 ? plotArea().height() / 2 : m_crossY;
    moveCross(from + (isUp ? -plotArea().height() : plotArea().height()) / 20);
}

} // namespace fathom::widgets
