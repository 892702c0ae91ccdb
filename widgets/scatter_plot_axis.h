// SPDX-License-Identifier: GPL-3.0-or-later
// One quantity of many runs, cars or cities, and how it lies along an axis: numbers, linear or logarithmic,
// or categories.
#pragma once

#include <QColor>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace fathom::widgets {

class ScatterAxis {
public:
    struct Tick {
        double place = 0; ///< 0…1
        QString text{};
    };

    ScatterAxis() = default;
    /// NaN: no value there.
    [[nodiscard]] static ScatterAxis ofNumbers(QString name, std::vector<double> values);
    /// `categories` are laid out evenly in their order; `values` are places in it, or NaN.
    [[nodiscard]] static ScatterAxis ofCategories(QString name, QStringList categories,
                                                  std::vector<double> values);

    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] std::size_t size() const { return m_values.size(); }
    [[nodiscard]] bool isCategorical() const { return !m_categories.isEmpty(); }
    /// From one category to the next, along the axis.
    [[nodiscard]] double categoryWidth() const {
        return m_categories.size() > 1 ? 1.0 / static_cast<double>(m_categories.size() - 1) : 1.0;
    }
    [[nodiscard]] double value(std::size_t item) const { return m_values[item]; }
    /// "0.01", "adam", "–" where there is none.
    [[nodiscard]] QString valueText(std::size_t item) const;
    [[nodiscard]] bool hasMissing() const { return m_hasMissing; }

    /// Refused (false) where a value is not above zero.
    bool setLogarithmic(bool logarithmic);
    [[nodiscard]] bool canBeLogarithmic() const { return m_canBeLogarithmic; }
    [[nodiscard]] bool isLogarithmic() const { return m_isLogarithmic; }
    /// Turns the axis round.
    void setFlipped(bool flipped) { m_isFlipped = flipped; }
    [[nodiscard]] bool isFlipped() const { return m_isFlipped; }

    /// 0 at the start of the axis, 1 at its end; NaN where there is no value.
    [[nodiscard]] double place(std::size_t item) const;
    /// At most `most`, evenly spread; of more categories every n-th.
    [[nodiscard]] std::vector<Tick> ticks(int most) const;

private:
    void measure();
    [[nodiscard]] double placeOf(double value) const;
    QString m_name;
    QStringList m_categories;
    std::vector<double> m_values;
    double m_least = 0;
    double m_greatest = 1;
    bool m_hasMissing = false;
    bool m_canBeLogarithmic = false;
    bool m_isLogarithmic = false;
    bool m_isFlipped = false;
};

/// A colour-blind-safe ramp from 0 to 1 (after viridis), readable on the theme's surface.
[[nodiscard]] QColor rampColor(double place, bool dark);

} // namespace fathom::widgets
