// SPDX-License-Identifier: GPL-3.0-or-later
// The runs in the trash: back into the table, or gone for good, with what that frees.
#pragma once

#include "engine/base/result.h"
#include "engine/store/edit.h"
#include "engine/store/types.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QPushButton;
class QTreeWidget;

namespace fathom::app {

class AppContext;

class TrashDialog : public QDialog {
    Q_OBJECT
public:
    TrashDialog(AppContext& context, QWidget* parent);

private:
    void build();
    void list();
    void show(const std::vector<store::Run>& runs);
    void measure();
    void showSize();
    void restore();
    void purge();
    void tell(const Error& error);
    [[nodiscard]] std::vector<store::RunId> selected() const;

    AppContext& m_context;
    QTreeWidget* m_runs;
    QLabel* m_text;
    QLabel* m_problem; ///< what could not be done; stays until the next try
    QCheckBox* m_files;
    QPushButton* m_restore;
    QPushButton* m_purge;
    store::PurgeSize m_size;
    std::size_t m_measured = 0; ///< runs that m_size is of; 0 until it is known
};

} // namespace fathom::app
