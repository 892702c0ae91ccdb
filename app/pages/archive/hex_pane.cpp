// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/hex_pane.h"

#include "app/bridge/job_runner.h"
#include "widgets/hex_view.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

using widgets::kGrid;

HexPane::HexPane(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_view(new widgets::HexView),
      m_offset(new QLineEdit),
      m_position(new QLabel) {
    m_offset->setPlaceholderText(tr("Go to offset: 1024 or 0x400"));
    m_offset->setAccessibleName(tr("Offset"));
    m_offset->setFont(widgets::monospace(font()));
    auto* const row = new QHBoxLayout;
    row->addWidget(m_offset, 1);
    row->addWidget(m_position);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(row);
    layout->addWidget(m_view, 1);
    setFocusProxy(m_view);
    connect(m_view, &widgets::HexView::blockWanted, this, &HexPane::read);
    connect(m_view, &widgets::HexView::currentChanged, this, [this](qint64 offset) {
        m_position->setText(
            tr("%1 of %2 bytes").arg(widgets::formatCount(offset), widgets::formatCount(m_view->size())));
    });
    connect(m_offset, &QLineEdit::returnPressed, this, &HexPane::goToTyped);
}

void HexPane::setSource(MemberSource source, qint64 bytes) {
    m_source = std::move(source);
    ++m_generation;
    m_view->setSize(bytes);
    m_position->setText(tr("%1 bytes").arg(widgets::formatCount(bytes)));
}

void HexPane::read(qint64 offset, qint64 bytes) {
    m_jobs.run(
        QString(), this,
        [source = m_source, offset, bytes](std::stop_token) -> QByteArray {
            const auto member = source();
            if (!member || offset >= static_cast<qint64>(member->bytes.size())) return {};
            const auto start = static_cast<std::size_t>(offset);
            const std::size_t size = std::min(static_cast<std::size_t>(bytes), member->bytes.size() - start);
            return {reinterpret_cast<const char*>(member->bytes.data()) + start,
                    static_cast<qsizetype>(size)};
        },
        [this, offset, generation = m_generation](const QByteArray& block) {
            if (generation == m_generation) m_view->setBlock(offset, block);
        });
}

void HexPane::goToTyped() {
    QString text = m_offset->text().trimmed();
    text.remove(QLatin1Char(',')).remove(QLatin1Char('_'));
    bool isNumber = false;
    const qint64 offset = text.startsWith(QStringLiteral("0x"), Qt::CaseInsensitive)
                              ? text.mid(2).toLongLong(&isNumber, 16)
                              : text.toLongLong(&isNumber, 10);
    if (!isNumber) {
        m_position->setText(tr("Not a number"));
        return;
    }
    m_view->goTo(offset);
    m_view->setFocus();
}

} // namespace fathom::app
