// SPDX-License-Identifier: GPL-3.0-or-later
// Colours, fonts and distances of the window, for the light and the dark theme.
//
//   painter.setPen(widgets::colorsFor(this).muted);       // follows the theme: repaint on
//   QEvent::PaletteChange
//
// The theme in force is the application's palette, so a widget needs no pointer to anything.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

#include <array>

class QApplication;
class QWidget;

namespace fathom::widgets {

/// Every distance is a multiple of it.
inline constexpr int kGrid = 8;

enum class ThemeMode { System, Light, Dark };

struct Colors {
    bool dark = false;
    QColor window{};  ///< behind everything: rail, status bar
    QColor surface{}; ///< pages, tables, editors
    QColor raised{};  ///< cards and headers on a surface
    QColor hover{};
    QColor border{};
    QColor text{};
    QColor muted{};      ///< secondary text, ≥ 4.5 : 1 on window, surface and raised
    QColor accent{};     ///< the one accent: default button, focus, links; ≥ 4.5 : 1 on surface
    QColor accentText{}; ///< on accent
    QColor accentTint{}; ///< selection; text stays `text`
    QColor success{};
    QColor warning{};
    QColor error{};
    // Layers of a config value; never the only mark, a badge also has an icon and a word.
    QColor layerDataclass{};
    QColor layerYaml{};
    QColor layerGroup{};
    QColor layerCommandLine{};
    QColor layerEdited{};
    QColor layerRemoved{};
    /// Colour-blind-safe cycle for curves (after Okabe and Ito).
    std::array<QColor, 8> curves{};
};

[[nodiscard]] const Colors& lightColors();
[[nodiscard]] const Colors& darkColors();
/// The set whose theme the palette belongs to.
[[nodiscard]] const Colors& colorsFor(const QPalette& palette);
[[nodiscard]] const Colors& colorsFor(const QWidget* widget);

[[nodiscard]] QPalette paletteFor(const Colors& colors);

/// Style, palette and tooltip palette for the whole program. System follows what the desktop's palette was at
/// the first call.
void applyTheme(QApplication& application, ThemeMode mode);

/// The system's fixed-width font at the size of `base`: keys, values and paths.
[[nodiscard]] QFont monospace(const QFont& base);
/// One size up and semi-bold: page titles.
[[nodiscard]] QFont titleFont(const QFont& base);
/// One size down: captions and badges.
[[nodiscard]] QFont captionFont(const QFont& base);

/// `front` over `back` with `alpha` 0…1.
[[nodiscard]] QColor blend(const QColor& back, const QColor& front, double alpha);
/// WCAG 2.1 contrast ratio, 1…21.
[[nodiscard]] double contrastRatio(const QColor& a, const QColor& b);

} // namespace fathom::widgets
