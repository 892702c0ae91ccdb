// SPDX-License-Identifier: GPL-3.0-or-later
// What a tokenizer is trained on and how; how long it takes, Cancel, and what came of it.
#pragma once

#include "app/inference/tokenizer_training.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace fathom::app {

class TokenizerTrainingDialog : public QDialog {
    Q_OBJECT
public:
    /// `program` is fathom-cli; empty: the one beside this program.
    explicit TokenizerTrainingDialog(const QString& program = {}, QWidget* parent = nullptr);
    void addFiles(const QStringList& files);
    void setFolder(const QString& folder);
    [[nodiscard]] TrainingSettings settings() const;
    [[nodiscard]] bool isRunning() const { return m_training.isRunning(); }
    [[nodiscard]] QString said() const;

Q_SIGNALS:
    /// A tokenizer lies in the folder.
    void trained(const QString& folder);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* buildForm();
    void connectAll();
    void chooseFiles();
    void chooseFolder();
    void start();
    void showState();
    void showTime();
    void succeed(const QString& folder, qint64 pieces, qint64 sentences);
    void tell(const QString& text, bool isError);

    TokenizerTraining m_training;
    QElapsedTimer m_since;
    QTimer m_tick;
    bool m_hasOwnFolder = false; ///< typed or chosen, so that it does not follow the other fields
    QListWidget* m_files;
    QPushButton* m_remove;
    QLineEdit* m_folder;
    QComboBox* m_type;
    QSpinBox* m_size;
    QDoubleSpinBox* m_coverage;
    QCheckBox* m_lowerCase;
    QCheckBox* m_bos;
    QCheckBox* m_eos;
    QCheckBox* m_pad;
    QProgressBar* m_progress;
    QLabel* m_said;
    QDialogButtonBox* m_buttons;
    QPushButton* m_train;
    QPushButton* m_cancel;
    QWidget* m_form;
};

} // namespace fathom::app
