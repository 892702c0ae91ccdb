// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/result.h"

#include <QTest>

using fathom::Error;
using fathom::ErrorKind;

class ResultTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void message_namesPlaceCauseAndRemedyOnOneLine() {
        Error error{ErrorKind::Usage, "Cannot read 'lr'",
                    "Value 'x' of type 'str'\ncould not be converted to Float", "Give a number"};
        error.file = "a.yaml";
        error.line = 3;
        error.column = 7;
        QCOMPARE(error.message(), std::string("a.yaml:3:7: Cannot read 'lr': Value 'x' of type 'str' could "
                                              "not be converted to Float. Give a number"));
    }

    void message_namesTheKey_whereTheTextDoesNot() {
        Error error{ErrorKind::Usage, "Unknown key", "", "Did you mean lr?"};
        error.key = "model.optim.lrr";
        QCOMPARE(error.message(), std::string("Unknown key: model.optim.lrr. Did you mean lr?"));
    }

    void exitCode_followsTheKind() {
        QCOMPARE((Error{ErrorKind::Failed, "", "", ""}.exitCode()), 1);
        QCOMPARE((Error{ErrorKind::Usage, "", "", ""}.exitCode()), 2);
        QCOMPARE((Error{ErrorKind::BadInput, "", "", ""}.exitCode()), 3);
        QCOMPARE((Error{ErrorKind::Interrupted, "", "", ""}.exitCode()), 130);
    }
};

QTEST_APPLESS_MAIN(ResultTest)
#include "tst_result.moc"
