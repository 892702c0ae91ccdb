// SPDX-License-Identifier: GPL-3.0-or-later
// Texts that fuzzing found: what is read can be written and reads back equal, the rest is refused.
#include "engine/config/resolver.h"
#include "engine/config/yaml_reader.h"
#include "engine/config/yaml_writer.h"

#include <QTest>

using namespace fathom;

class TestYaml : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("className");
        const auto row = [](const char* name, const QByteArray& text, const char* className) {
            QTest::newRow(name) << text << QString::fromLatin1(className);
        };
        row("a byte that is not UTF-8", "a: \xBB", "UnicodeDecodeError");
        row("an overlong sequence", "a: \xE0\x80\x8A", "UnicodeDecodeError");
        row("a surrogate", "a: \xED\xA0\x80", "UnicodeDecodeError");
        row("a sequence that ends early", "a: \xE2\x80", "UnicodeDecodeError");
        row("a control character", "a: \x01", "ReaderError");
        row("a control character of two bytes", "a: \xC2\x80", "ReaderError");
        row("base64 without padding", "a: !!binary YQ", "ConstructorError");
        row("base64 of one digit", "a: !!binary Y", "ConstructorError");
    }
    void refuses() {
        QFETCH(QByteArray, text);
        QFETCH(QString, className);
        const Result<config::Node> node = config::readYaml(text.toStdString(), "c.yaml", config::Layer::Yaml);
        QVERIFY(!node);
        QCOMPARE(QString::fromStdString(node.error().className), className);
        QCOMPARE(node.error().line, 1);
    }

    void readsBackWhatIsWritten_data() {
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* name, const QByteArray& text) { QTest::newRow(name) << text; };
        row("bytes", "!!binary YWJj");
        row("bytes in a map", "a: !!binary YWJj\nb: [!!binary YWJj, 1]");
        row("bytes for a key", "? !!binary YWJj\n: 1");
        row("no bytes for a key", "!!binary : 1");
        for (const char* word : {"$enum", "$path", "$bytes", "$int", "$map"}) {
            row(word, QByteArray("a: {") + word + ": b}");
            row(word, QByteArray("a: {") + word + ": [1]}");
            row(word, QByteArray("{") + word + ": b, other: 1}");
        }
        row("line separators", "a: \"x\xC2\x85y\"\nb: 'x\xE2\x80\xA8y'");
    }
    void readsBackWhatIsWritten() {
        QFETCH(QByteArray, text);
        const Result<config::Node> node = config::readYaml(text.toStdString(), "c.yaml", config::Layer::Yaml);
        QVERIFY2(node, node ? "" : node.error().message().c_str());
        const Value value = config::detail::valueFromNode(*node);
        const std::string written = config::writeYaml(value);
        const Result<config::Node> again = config::readYaml(written, "c.yaml", config::Layer::Yaml);
        QVERIFY2(again, written.c_str());
        QCOMPARE(toJson(config::detail::valueFromNode(*again)), toJson(value));
        QCOMPARE(again->kind, node->kind);
    }

    void refusesAliases_thatStandForTooManyNodes() {
        std::string text = "a: &a [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n";
        for (char name = 'b'; name <= 'g'; ++name) {
            text += std::string(1, name) + ": &" + name + " [";
            for (int i = 0; i < 10; ++i)
                text += std::string("*") + static_cast<char>(name - 1) + (i < 9 ? ", " : "]\n");
        }
        const Result<config::Node> node = config::readYaml(text, "c.yaml", config::Layer::Yaml);
        QVERIFY(!node);
        QVERIFY(node.error().why.find("200,000") != std::string::npos);
    }

    void readsFilesOfMoreNodes_thanAliasesMayStandFor() {
        std::string text;
        for (int i = 0; i < 250'000; ++i)
            text += "- " + std::to_string(i) + "\n";
        const Result<config::Node> node = config::readYaml(text, "c.yaml", config::Layer::Yaml);
        QVERIFY(node);
        QCOMPARE(node->children.size(), std::size_t{250'000});
    }
};

QTEST_APPLESS_MAIN(TestYaml)
#include "tst_yaml.moc"
