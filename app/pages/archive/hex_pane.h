// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a member, read where they are looked at, and a line to go to an offset.
#pragma once

#include "app/pages/archive/member_source.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace fathom::widgets {
class HexView;
}

namespace fathom::app {

class JobRunner;

class HexPane : public QWidget {
    Q_OBJECT
public:
    explicit HexPane(JobRunner& jobs, QWidget* parent = nullptr);
    void setSource(MemberSource source, qint64 bytes);

private:
    void read(qint64 offset, qint64 bytes);
    void goToTyped();
    JobRunner& m_jobs;
    MemberSource m_source;
    int m_generation = 0; ///< of the source: late answers of another one are dropped
    widgets::HexView* m_view;
    QLineEdit* m_offset;
    QLabel* m_position;
};

} // namespace fathom::app
