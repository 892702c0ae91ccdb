// SPDX-License-Identifier: GPL-3.0-or-later
// The runs in the trash: back into the table, or gone for good, with what that frees.
#pragma once

#include "engine/base/result.h"
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
    void restore();
    void purge();
    void tell(const Error& error);
    [[nodiscard]] std::vector<store::RunId> selected() const;

    AppContext& m_context;
    QTreeWidget* m_runs;
    QLabel* m_text;
    QCheckBox* m_files;
    QPushButton* m_restore;
    QPushButton* m_purge;
};

} // namespace fathom::app
