// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of metrics as they are drawn small in the table: read from the pyramids of the store when a cell
// is first painted, and only for cells that are.
#pragma once

#include "engine/store/types.h"
#include "widgets/sparkline.h"

#include <QObject>
#include <QPixmap>
#include <QTimer>

#include <compare>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fathom::app {

class JobRunner;

/// Which curve.
struct SparkKey {
    store::RunId run{};
    std::string metric{};
    friend auto operator<=>(const SparkKey&, const SparkKey&) = default;
};

/// GUI thread only.
class Sparklines : public QObject {
    Q_OBJECT
public:
    Sparklines(JobRunner& jobs, std::filesystem::path workspace, QObject* parent = nullptr);
    ~Sparklines() override;

    /// The curve in that size, null until it was read, which this call asks for, or where there is none.
    [[nodiscard]] QPixmap pixmap(const SparkKey& key, const QSize& size, double ratio, const QColor& line,
                                 const QColor& dot);
    /// Their points may be others by now; what is drawn stays until they are read.
    void noteChanged(const std::vector<store::RunId>& runs);
    /// Something is asked for that is not there yet.
    [[nodiscard]] bool isBusy() const { return m_isReading || !m_wanted.empty(); }

Q_SIGNALS:
    /// Other curves are there.
    void changed();

private:
    struct Curve {
        std::vector<widgets::SparkPoint> points{};
        bool isOld = false;
        QPixmap drawn{};
        std::pair<QRgb, QRgb> colors{};
    };
    using Curves = std::vector<std::pair<SparkKey, std::vector<widgets::SparkPoint>>>;
    void want(const SparkKey& key);
    void read();
    void take(Curves curves);

    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    std::map<SparkKey, Curve> m_curves;
    std::vector<SparkKey> m_order;  ///< as they came; the first ones are forgotten
    std::vector<SparkKey> m_wanted; ///< the last one was painted last
    QTimer m_later;
    bool m_isReading = false;
};

} // namespace fathom::app
