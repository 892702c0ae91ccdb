// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/job_runner.h"
#include "app/inference/model_session.h"
#include "tests/app/model_double.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

using State = ModelSession::State;

namespace {

using Texts = std::vector<run::Classification>;

struct Fixture {
    ModelDouble model;
    JobRunner jobs;
    std::unique_ptr<ModelSession> session = std::make_unique<ModelSession>(jobs, model.restore());

    Fixture() {
        model.task = run::Task::Classify;
        model.classes = {"even", "odd"};
        session->setFile("net.nemo");
    }
    ~Fixture() {
        model.letOn();
        session.reset();
    }
    void ask(const char* text, std::vector<std::string>& answers) {
        session->ask<Texts>(
            [text](run::Inference& it, const std::stop_token& stop) { return it.classify({text}, stop); },
            [&answers](const Result<Texts>& texts) {
                answers.push_back(texts ? texts->front().className : texts.error().what);
            });
    }
};

} // namespace

class TestModelSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void firstQuestion_restoresTheModel();
    void newerQuestion_stopsTheOlder();
    void stop_deliversNothing();
    void failedRestore_isToldAndTriedAgain();
    void cancelledRestore_isForgotten();
    void anotherFile_freesTheModel();
    void destroyedWhileWorking_waitsForNothing();
};

void TestModelSession::firstQuestion_restoresTheModel() {
    Fixture f;
    QSignalSpy changed(f.session.get(), &ModelSession::changed);
    QSignalSpy busy(f.session.get(), &ModelSession::busyChanged);
    std::vector<std::string> answers;
    f.ask("odd", answers);
    QVERIFY(f.session->isBusy());
    QCOMPARE(f.session->state(), State::Restoring);
    QTRY_COMPARE(answers.size(), std::size_t{1});
    QCOMPARE(answers.front(), std::string("odd"));
    QCOMPARE(f.session->state(), State::Ready);
    QCOMPARE(f.session->facts().target, QStringLiteral("ModelDouble"));
    QCOMPARE(f.session->facts().classNames.size(), std::size_t{2});
    QVERIFY(changed.size() >= 2);
    QVERIFY(!f.session->isBusy());
    QCOMPARE(busy.size(), qsizetype{2});
    f.ask("even", answers);
    QTRY_COMPARE(answers.size(), std::size_t{2});
    QCOMPARE(answers.back(), std::string("even"));
    QCOMPARE(f.model.restored.load(), 1); // it stays
}

void TestModelSession::newerQuestion_stopsTheOlder() {
    Fixture f;
    f.session->open();
    QTRY_COMPARE(f.session->state(), State::Ready);
    f.model.hold();
    std::vector<std::string> answers;
    f.ask("odd", answers);
    QTRY_COMPARE(f.model.asked.load(), 1);
    f.ask("never", answers); // replaced before it began
    f.ask("even", answers);
    QTRY_COMPARE(f.model.stopped.load(), 1);
    f.model.letOn();
    QTRY_COMPARE(answers.size(), std::size_t{1});
    QCOMPARE(answers.front(), std::string("even"));
    QCOMPARE(f.model.asked.load(), 2);
}

void TestModelSession::stop_deliversNothing() {
    Fixture f;
    f.session->open();
    QTRY_COMPARE(f.session->state(), State::Ready);
    f.model.hold();
    std::vector<std::string> answers;
    f.ask("odd", answers);
    QTRY_COMPARE(f.model.asked.load(), 1);
    f.session->stop();
    QTRY_VERIFY(!f.session->isBusy());
    QVERIFY(answers.empty());
    f.model.letOn();
    f.ask("even", answers);
    QTRY_COMPARE(answers.size(), std::size_t{1});
}

void TestModelSession::failedRestore_isToldAndTriedAgain() {
    Fixture f;
    f.model.restoreError =
        Error{.kind = ErrorKind::BadInput, .what = "No", .why = "weights", .remedy = "Train"};
    std::vector<std::string> answers;
    f.ask("odd", answers);
    QTRY_COMPARE(f.session->state(), State::Failed);
    QCOMPARE(f.session->error().why, std::string("weights"));
    QVERIFY(!f.session->isBusy()); // the question went with it
    f.model.restoreError.reset();
    f.session->open();
    QTRY_COMPARE(f.session->state(), State::Ready);
    QVERIFY(answers.empty());
}

void TestModelSession::cancelledRestore_isForgotten() {
    Fixture f;
    f.model.hold();
    f.session->open();
    QTRY_COMPARE(f.session->stage(), QStringLiteral("Restoring a double"));
    f.session->letGo();
    QCOMPARE(f.session->state(), State::Empty);
    f.model.letOn();
    QTRY_COMPARE(f.jobs.pending(), 0);
    QCOMPARE(f.session->state(), State::Empty);
    QTRY_COMPARE(f.model.alive.load(), 0); // what came after all is freed
}

void TestModelSession::anotherFile_freesTheModel() {
    Fixture f;
    f.session->open();
    QTRY_COMPARE(f.session->state(), State::Ready);
    QCOMPARE(f.model.alive.load(), 1);
    f.session->setFile("other.nemo");
    QCOMPARE(f.session->state(), State::Empty);
    QTRY_COMPARE(f.model.alive.load(), 0);
    std::vector<std::string> answers;
    f.ask("odd", answers);
    QTRY_COMPARE(answers.size(), std::size_t{1});
    QCOMPARE(f.model.restored.load(), 2);
}

void TestModelSession::destroyedWhileWorking_waitsForNothing() {
    Fixture f;
    f.session->open();
    QTRY_COMPARE(f.session->state(), State::Ready);
    f.model.hold();
    std::vector<std::string> answers;
    f.ask("odd", answers);
    QTRY_COMPARE(f.model.asked.load(), 1);
    QElapsedTimer timer;
    timer.start();
    f.session.reset();
    QVERIFY(timer.elapsed() < 1000);
    QTRY_COMPARE(f.model.alive.load(), 0); // told to stop, and freed then
    QCOMPARE(f.model.stopped.load(), 1);
    QVERIFY(answers.empty());
}

QTEST_MAIN(TestModelSession)
#include "tst_model_session.moc"
