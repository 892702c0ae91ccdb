// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include "widgets/style.h"

#include <QApplication>
#include <QFontDatabase>
#include <QToolTip>
#include <QWidget>

#include <cmath>

namespace fathom::widgets {

namespace {

QColor rgb(QRgb value) {
    return QColor(value);
}

Colors makeLight() {
    Colors c;
    c.dark = false;
    c.window = rgb(0xEEF1F4);
    c.surface = rgb(0xFFFFFF);
    c.raised = rgb(0xF7F8FA);
    c.hover = rgb(0xE6EAEF);
    c.border = rgb(0xD5DAE1);
    c.text = rgb(0x1A1F26);
    c.muted = rgb(0x566070);
    c.accent = rgb(0x0B6A94);
    c.accentText = rgb(0xFFFFFF);
    c.accentTint = rgb(0xD3E8F2);
    c.success = rgb(0x1C7339);
    c.warning = rgb(0x875600);
    c.error = rgb(0xB3261E);
    c.layerDataclass = rgb(0x566070);
    c.layerYaml = rgb(0x1F5FBF);
    c.layerGroup = rgb(0x0A7268);
    c.layerCommandLine = rgb(0x8A5300);
    c.layerEdited = rgb(0x7A3FC4);
    c.layerRemoved = rgb(0xB3261E);
    c.curves = {rgb(0x0072B2), rgb(0xD55E00), rgb(0x009E73), rgb(0xCC4C96),
                rgb(0xC98500), rgb(0x3A9AD9), rgb(0x6A51A3), rgb(0x5F6670)};
    return c;
}

Colors makeDark() {
    Colors c;
    c.dark = true;
    c.window = rgb(0x14181D);
    c.surface = rgb(0x1A1F26);
    c.raised = rgb(0x222932);
    c.hover = rgb(0x2A323D);
    c.border = rgb(0x37414E);
    c.text = rgb(0xE4E9EF);
    c.muted = rgb(0x9DA8B7);
    c.accent = rgb(0x52B5DF);
    c.accentText = rgb(0x08202C);
    c.accentTint = rgb(0x1F4658);
    c.success = rgb(0x5CC581);
    c.warning = rgb(0xE3B14B);
    c.error = rgb(0xFF8078);
    c.layerDataclass = rgb(0xA7B1BF);
    c.layerYaml = rgb(0x7FB3FF);
    c.layerGroup = rgb(0x4FCBBE);
    c.layerCommandLine = rgb(0xE8B04A);
    c.layerEdited = rgb(0xC5A0FF);
    c.layerRemoved = rgb(0xFF8078);
    c.curves = {rgb(0x56B4E9), rgb(0xF08A4B), rgb(0x35C79A), rgb(0xE78AC0),
                rgb(0xF0C24F), rgb(0x8FB8FF), rgb(0xB39DF0), rgb(0xA8B0BA)};
    return c;
}

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

bool systemIsDark() {
    static const bool dark = [] {
        const QPalette palette = QApplication::palette();
        return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    }();
    return dark;
}

QFont scaled(const QFont& base, double factor) {
    QFont font(base);
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF() * factor);
    else
        font.setPixelSize(qRound(base.pixelSize() * factor));
    return font;
}

} // namespace

const Colors& lightColors() {
    static const Colors colors = makeLight();
    return colors;
}

const Colors& darkColors() {
    static const Colors colors = makeDark();
    return colors;
}

const Colors& colorsFor(const QPalette& palette) {
    const bool dark = palette.color(QPalette::Active, QPalette::Window).lightness() <
                      palette.color(QPalette::Active, QPalette::WindowText).lightness();
    return dark ? darkColors() : lightColors();
}

const Colors& colorsFor(const QWidget* widget) {
    return colorsFor(widget->palette());
}

QPalette paletteFor(const Colors& c) {
    QPalette p;
    p.setColor(QPalette::Window, c.window);
    p.setColor(QPalette::WindowText, c.text);
    p.setColor(QPalette::Base, c.surface);
    p.setColor(QPalette::AlternateBase, c.raised);
    p.setColor(QPalette::Text, c.text);
    p.setColor(QPalette::PlaceholderText, c.muted);
    p.setColor(QPalette::Button, c.raised);
    p.setColor(QPalette::ButtonText, c.text);
    p.setColor(QPalette::BrightText, c.error);
    p.setColor(QPalette::Highlight, c.accentTint);
    p.setColor(QPalette::HighlightedText, c.text);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::LinkVisited, c.layerEdited);
    p.setColor(QPalette::ToolTipBase, c.raised);
    p.setColor(QPalette::ToolTipText, c.text);
    p.setColor(QPalette::Light, blend(c.raised, Qt::white, c.dark ? 0.08 : 0.6));
    p.setColor(QPalette::Midlight, c.hover);
    p.setColor(QPalette::Mid, c.border);
    p.setColor(QPalette::Dark, blend(c.border, c.text, 0.2));
    p.setColor(QPalette::Shadow, blend(c.window, Qt::black, 0.5));
    const QColor off = blend(c.surface, c.text, 0.42);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        p.setColor(QPalette::Disabled, role, off);
    p.setColor(QPalette::Inactive, QPalette::Highlight, blend(c.surface, c.accentTint, 0.75));
    return p;
}

void applyTheme(QApplication& application, ThemeMode mode) {
    const bool dark = mode == ThemeMode::Dark || (mode == ThemeMode::System && systemIsDark());
    const Colors& colors = dark ? darkColors() : lightColors();
    if (qobject_cast<Style*>(QApplication::style()) == nullptr) QApplication::setStyle(new Style);
    const QPalette palette = paletteFor(colors);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    Q_UNUSED(application)
}

QFont monospace(const QFont& base) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF());
    else
        font.setPixelSize(base.pixelSize());
    return font;
}

QFont titleFont(const QFont& base) {
    QFont font = scaled(base, 1.3);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont captionFont(const QFont& base) {
    return scaled(base, 0.9);
}

QColor blend(const QColor& back, const QColor& front, double alpha) {
    const auto mix = [alpha](float a, float b) { return static_cast<float>(a + (b - a) * alpha); };
    return QColor::fromRgbF(mix(back.redF(), front.redF()), mix(back.greenF(), front.greenF()),
                            mix(back.blueF(), front.blueF()));
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace fathom::widgets
