// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of a whole, one bar each: name, bar, percent. The greatest stands out.
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace fathom::widgets {

struct Share {
    QString name{};
    double part = 0; ///< 0…1
    friend bool operator==(const Share&, const Share&) = default;
};

/// Keeps the rows where they are while their values change; put it into a scroll area where there may be
/// many.
class ShareBars : public QWidget {
    Q_OBJECT
public:
    explicit ShareBars(QWidget* parent = nullptr);
    void setShares(std::vector<Share> shares);
    [[nodiscard]] const std::vector<Share>& shares() const { return m_shares; }
    /// Muted: the values are of what was before, new ones are on their way.
    void setStale(bool isStale);
    [[nodiscard]] bool isStale() const { return m_isStale; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int greatest() const;
    std::vector<Share> m_shares;
    int m_nameWidth = 0;
    bool m_isStale = false;
};

} // namespace fathom::widgets
