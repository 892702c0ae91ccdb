// SPDX-License-Identifier: GPL-3.0-or-later
// Edits touch one scalar's bytes and can be undone byte for byte.
#include "engine/base/file.h"
#include "engine/config/yaml_edit.h"
#include "engine/config/yaml_reader.h"
#include "tests/engine/config/golden.h"

#include <QTest>
#include <random>

using namespace fathom;

namespace {

void scalarKeys(const config::Node& node, const std::string& path, std::vector<std::string>& out) {
    if (node.kind == config::NodeKind::Scalar && !path.empty()) out.push_back(path);
    for (const config::Node& child : node.children)
        if (child.key.find_first_of(".[]") == std::string::npos && child.typedKey.isNull())
            scalarKeys(child, path.empty() ? child.key : path + "." + child.key, out);
}

Value randomValue(std::mt19937& random) {
    static const std::vector<Value> kValues{Value(7),
                                            Value(-0.5),
                                            Value(1e-9),
                                            Value(true),
                                            Value{},
                                            Value("text"),
                                            Value(""),
                                            Value("with: colon"),
                                            Value("it's"),
                                            Value("010"),
                                            Value("yes"),
                                            Value("a # b"),
                                            Value("${model.lr}"),
                                            Value("two\nlines"),
                                            Value("\"both\" 'kinds'"),
                                            Value("- dash"),
                                            Value("{brace"),
                                            Value(" blank "),
                                            Value("ünïcode"),
                                            Value("null")};
    return kValues[random() % kValues.size()];
}

std::vector<std::string> sources() {
    std::vector<std::string> out;
    for (const char* name : {"quartznet_15x5", "quartznet_prompts"}) {
        const Result<std::string> text =
            readFile(std::string(FATHOM_SOURCE_DIR) + "/configs/asr/" + name + ".yaml");
        if (text) out.push_back(*text);
    }
    for (const Value& item : golden::lines("yaml_types.jsonl"))
        if (golden::at(item, "ok") == Value(true)) out.push_back(golden::text(item, "yaml"));
    std::string windows;
    for (const char c : out.front())
        windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    out.push_back(std::move(windows));
    return out;
}

} // namespace

class TestYamlEdit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void changesOnlyTheScalar_data();
    void changesOnlyTheScalar();
    void refusesWhatIsNotAScalarOfTheFile();
    void randomEditsReadBackAndUndo();
};

void TestYamlEdit::changesOnlyTheScalar_data() {
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("after");
    QTest::newRow("comment") << "a: 1 # one\nb: 2\n"
                             << "a"
                             << "5"
                             << "a: 5 # one\nb: 2\n";
    QTest::newRow("crlf") << "a: 1\r\nb: 2\r\n"
                          << "b"
                          << "3"
                          << "a: 1\r\nb: 3\r\n";
    QTest::newRow("double quotes stay") << "a: \"x\"\n"
                                        << "a"
                                        << "\"y\""
                                        << "a: \"y\"\n";
    QTest::newRow("single quotes stay") << "a: 'x'\n"
                                        << "a"
                                        << "\"it's\""
                                        << "a: 'it''s'\n";
    QTest::newRow("quotes go for a number") << "a: 'x'\n"
                                            << "a"
                                            << "1"
                                            << "a: 1\n";
    QTest::newRow("number as text is quoted") << "a: 1\n"
                                              << "a"
                                              << "\"1\""
                                              << "a: '1'\n";
    QTest::newRow("anchor stays") << "a: &x 1\nb: *x\n"
                                  << "a"
                                  << "2"
                                  << "a: &x 2\nb: *x\n";
    QTest::newRow("empty value") << "a:\nb: 2\n"
                                 << "a"
                                 << "1"
                                 << "a: 1\nb: 2\n";
    QTest::newRow("flow") << "a: {b: 1, c: [2, 3]}\n"
                          << "a.c.1"
                          << "\"x, y\""
                          << "a: {b: 1, c: [2, 'x, y']}\n";
    QTest::newRow("block scalar") << "a: |\n  one\n  two\nb: 2\n"
                                  << "a"
                                  << "\"three\""
                                  << "a: three\nb: 2\n";
    QTest::newRow("small float") << "lr: 0.1\n"
                                 << "lr"
                                 << "1e-5"
                                 << "lr: 1.0e-05\n";
    QTest::newRow("list item") << "- 1\n-   2  # two\n"
                               << "1"
                               << "9"
                               << "- 1\n-   9  # two\n";
}

void TestYamlEdit::changesOnlyTheScalar() {
    QFETCH(QString, before);
    QFETCH(QString, key);
    QFETCH(QString, json);
    QFETCH(QString, after);
    const std::string text = before.toStdString();
    const Result<config::YamlEdit> edit =
        config::editYaml(text, key.toStdString(), *fromJson(json.toStdString()));
    QVERIFY2(edit.has_value(), edit ? "" : edit.error().message().c_str());
    const std::string changed = config::applyEdit(text, *edit);
    QCOMPARE(QString::fromStdString(changed), after);
    QCOMPARE(config::applyEdit(changed, edit->inverse()), text);
}

void TestYamlEdit::refusesWhatIsNotAScalarOfTheFile() {
    QVERIFY(!config::editYaml("a: {b: 1}\n", "a", Value(1)).has_value());
    QVERIFY(!config::editYaml("a: 1\n", "b", Value(1)).has_value());
    QVERIFY(!config::editYaml("a: &x {y: 1}\nb: *x\n", "b.y", Value(2)).has_value());
    QVERIFY(!config::editYaml("a: [\n", "a", Value(2)).has_value());
    QCOMPARE(config::editYaml("learning_rate: 1\n", "learing_rate", Value(1)).error().remedy,
             std::string("Did you mean learning_rate?"));
}

void TestYamlEdit::randomEditsReadBackAndUndo() {
    std::mt19937 random(1);
    const std::vector<std::string> texts = sources();
    int done = 0;
    for (int i = 0; i < 2000; ++i) {
        const std::string& text = texts[random() % texts.size()];
        const Result<config::Node> before = config::readYaml(text, "x", config::Layer::Yaml);
        if (!before) continue;
        std::vector<std::string> keys;
        scalarKeys(*before, {}, keys);
        if (keys.empty()) continue;
        const std::string& key = keys[random() % keys.size()];
        const Result<config::YamlEdit> edit = config::editYaml(text, key, randomValue(random));
        if (!edit) continue;
        const std::string changed = config::applyEdit(text, *edit);
        QVERIFY(changed != text || edit->inserted == edit->removed);
        QCOMPARE(config::applyEdit(changed, edit->inverse()), text);
        ++done;
    }
    QVERIFY2(done > 1000, std::to_string(done).c_str());
}

QTEST_GUILESS_MAIN(TestYamlEdit)
#include "tst_yaml_edit.moc"
