// SPDX-License-Identifier: GPL-3.0-or-later
// Options of preprocessor and block that the golden archives lack, beside what NeMo 3.0.0 computed: two of
// the archives of tests/oracle/make_speech_variants.py; check_speech_variants.py compares all.
#include "engine/archive/npy.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/nn/weights.h"

#include <QTest>

using namespace fathom;

class SpeechVariantsTest : public QObject {
    Q_OBJECT
    static torch::Tensor array(const std::string& name) {
        const auto read = archive::readNpy(std::string(FATHOM_TEST_DATA) + "/nemo_speech/" + name + ".npy");
        if (!read) qFatal("%s", read.error().message().c_str());
        return nn::viewOf(*read).clone();
    }

private Q_SLOTS:
    void outputs_areNeMos_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"mfcc_decibels", "squeeze_context"})
            QTest::newRow(name) << QString(QLatin1String(name));
    }
    void outputs_areNeMos() {
        QFETCH(QString, name);
        const std::string stem = name.toStdString();
        const auto nemo =
            archive::Nemo::open(std::string(FATHOM_TEST_DATA) + "/nemo_speech/" + stem + ".nemo");
        QVERIFY(nemo.has_value());
        const auto restored = model::restoreModel(*nemo, {.mapLocation = "cpu"});
        QVERIFY2(restored.has_value(), restored ? "" : restored.error().message().c_str());
        const auto outputs = restored->model->forward({model::namedArray("audio_signal", array("signal")),
                                                       model::namedArray("length", array("length"))});
        QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message().c_str());
        for (const auto& [ours, theirs] : {std::pair{"processed_signal", stem + "_processed"},
                                           std::pair{"log_probs", stem + "_log_probs"}}) {
            const run::NamedArray* found = model::findArray(*outputs, ours);
            QVERIFY(found);
            torch::Tensor values = nn::viewOf(found->tensor), expected = array(theirs);
            if (ours == std::string("log_probs")) { // the second clip is shorter
                values = torch::cat({values[0].slice(0, 0, 25), values[1].slice(0, 0, 16)});
                expected = torch::cat({expected[0].slice(0, 0, 25), expected[1].slice(0, 0, 16)});
            }
            QCOMPARE(values.sizes(), expected.sizes());
            const double apart = ((values - expected).abs().max() / expected.abs().max()).item<double>();
            qInfo("%s: %g", ours, apart);
            QVERIFY2(apart < 5e-6, ours); // what MKL's Fourier transform differs by from CPU to CPU
        }
    }
};

QTEST_GUILESS_MAIN(SpeechVariantsTest)
#include "tst_speech_variants.moc"
