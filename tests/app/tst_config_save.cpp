// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_save.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

class TestConfigSave : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void scalars_areWrittenWhereTheyStand();
    void groupFiles_getTheirOwnValues();
    void whatFilesCannotSay_stays();
    void sweep_doesNotHinderTheOthers();
    void sharedAnchor_staysAnOverride();
    void commandLine_isNotWritten();
    void links_stayLinks();
    void failure_putsTheOthersBack();

private:
    void write(const char* name, const QByteArray& text) {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    [[nodiscard]] QByteArray read(const char* name) const {
        QFile file(m_folder.filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] ConfigState state(std::vector<std::string> edits, std::size_t editedFrom = 0) const {
        return {m_folder.path(), QStringLiteral("c"), {std::move(edits), editedFrom}};
    }
    static Result<ConfigSave> plan(const ConfigState& state) {
        return planSave(state, composeState(state).sources);
    }

    QTemporaryDir m_folder;
};

void TestConfigSave::scalars_areWrittenWhereTheyStand() {
    write("c.yaml", "# head\r\nmodel: {lr: 0.01, name: 'a b'} # tail\r\n\r\nepochs: 5\r\n");
    const ConfigState edited = state({"model.lr=1e-3", "epochs=7", "model.name='x y'"});
    const Value wanted = composeState(edited).config->unresolved();
    const auto save = plan(edited);
    QVERIFY(save.has_value());
    QCOMPARE(save->written, 3);
    QVERIFY(save->left.items.empty() && save->kept.empty());
    QVERIFY(writeChanges(save->changes).has_value());
    QCOMPARE(read("c.yaml"),
             QByteArray("# head\r\nmodel: {lr: 0.001, name: 'x y'} # tail\r\n\r\nepochs: 7\r\n"));
    QVERIFY(composeState(state({})).config->unresolved() == wanted);
}

void TestConfigSave::groupFiles_getTheirOwnValues() {
    write("c.yaml", "defaults: [model: small, _self_]\nname: x\n");
    write("model/small.yaml", "lr: 0.1 # of the group\nlayers: 2\n");
    const auto save = plan(state({"model.lr=0.2", "name=y"}));
    QVERIFY(save.has_value());
    QCOMPARE(save->written, 2);
    QVERIFY(writeChanges(save->changes).has_value());
    QCOMPARE(read("model/small.yaml"), QByteArray("lr: 0.2 # of the group\nlayers: 2\n"));
    QCOMPARE(read("c.yaml"), QByteArray("defaults: [model: small, _self_]\nname: y\n"));
}

void TestConfigSave::whatFilesCannotSay_stays() {
    write("c.yaml", "a: 1\nlist: [1, 2]\n");
    const std::vector<std::string> edits{"+new=1", "~a", "list=[3]"};
    const auto save = plan(state(edits));
    QVERIFY(save.has_value());
    QCOMPARE(save->written, 0);
    QVERIFY(save->changes.empty());
    QCOMPARE(save->left.items, edits);
    QCOMPARE(save->kept.size(), std::size_t{3});
    QCOMPARE(save->kept[2].key, std::string("list"));
}

void TestConfigSave::sweep_doesNotHinderTheOthers() {
    write("c.yaml", "a: 1\nlr: 0.1\n");
    const auto save = plan(state({"lr=0.1,0.01", "a=2"}));
    QVERIFY(save.has_value());
    QCOMPARE(save->written, 1);
    QCOMPARE(QByteArray::fromStdString(save->changes[0].after), QByteArray("a: 2\nlr: 0.1\n"));
    QCOMPARE(save->left.items, std::vector<std::string>{"lr=0.1,0.01"});
}

void TestConfigSave::sharedAnchor_staysAnOverride() {
    write("c.yaml", "a: &rate 0.1\nb: *rate\n");
    const auto save = plan(state({"a=0.2"}));
    QVERIFY(save.has_value());
    QVERIFY(save->changes.empty()); // b would become 0.2 too
    QCOMPARE(save->left.items, std::vector<std::string>{"a=0.2"});
}

void TestConfigSave::commandLine_isNotWritten() {
    write("c.yaml", "a: 1\nb: 1\n");
    const auto save = plan(state({"a=2", "b=2"}, 1));
    QVERIFY(save.has_value());
    QCOMPARE(save->left.items, std::vector<std::string>{"a=2"});
    QCOMPARE(save->left.editedFrom, std::size_t{1});
    QCOMPARE(QByteArray::fromStdString(save->changes[0].after), QByteArray("a: 1\nb: 2\n"));
}

void TestConfigSave::links_stayLinks() {
    write("real.yaml", "a: 1\n");
    QVERIFY(QFile::remove(m_folder.filePath(QStringLiteral("c.yaml"))));
    QVERIFY(QFile::link(m_folder.filePath(QStringLiteral("real.yaml")),
                        m_folder.filePath(QStringLiteral("c.yaml"))));
    const auto save = plan(state({"a=2"}));
    QVERIFY(save.has_value());
    QVERIFY(writeChanges(save->changes).has_value());
    QVERIFY(QFileInfo(m_folder.filePath(QStringLiteral("c.yaml"))).isSymLink());
    QCOMPARE(read("real.yaml"), QByteArray("a: 2\n"));
    QVERIFY(QFile::remove(m_folder.filePath(QStringLiteral("c.yaml"))));
}

void TestConfigSave::failure_putsTheOthersBack() {
    write("one.yaml", "a: 1\n");
    write("two.yaml", "a: 1\n");
    const auto at = [this](const char* name) { return m_folder.filePath(QString::fromLatin1(name)); };
    const Status written =
        writeChanges({{at("one.yaml"), "a: 1\n", "a: 2\n"}, {at("two.yaml"), "other\n", "a: 2\n"}});
    QVERIFY(!written);
    QVERIFY(written.error().message().find("changed by someone else") != std::string::npos);
    QCOMPARE(read("one.yaml"), QByteArray("a: 1\n"));
    QCOMPARE(read("two.yaml"), QByteArray("a: 1\n"));
}

QTEST_GUILESS_MAIN(TestConfigSave)
#include "tst_config_save.moc"
