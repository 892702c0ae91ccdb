// SPDX-License-Identifier: GPL-3.0-or-later
// Edits touch one scalar's bytes and can be undone byte for byte.
#include "engine/base/file.h"
#include "engine/config/yaml_edit.h"
#include "engine/config/yaml_reader.h"
#include "tests/engine/config/golden.h"

#include <QTest>
#include <algorithm>
#include <filesystem>
#include <map>
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

std::string withWindowsLines(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
}

/// The shipped configs, and every golden YAML, each with both kinds of line ends.
std::vector<std::string> sources() {
    std::vector<std::string> out;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(FATHOM_SOURCE_DIR) + "/configs"))
        if (entry.is_regular_file()) out.push_back(readFile(entry.path()).value());
    for (const Value& item : golden::lines("yaml_types.jsonl"))
        if (golden::at(item, "ok") == Value(true)) out.push_back(golden::text(item, "yaml"));
    for (const Value& item : golden::lines("cases.jsonl"))
        for (const auto& [path, text] : golden::at(item, "yaml_files").asMap())
            if (std::ranges::find(out, text.asString()) == out.end()) out.push_back(text.asString());
    const std::size_t count = out.size();
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(withWindowsLines(out[i]));
    return out;
}

using Leaves = std::map<std::string, const config::Node*>;

void leavesOf(const config::Node& node, const std::string& path, Leaves& out) {
    if (node.kind == config::NodeKind::Scalar) out[path] = &node;
    for (const config::Node& child : node.children)
        leavesOf(child, path + "." + child.key, out);
}

/// Another leaf than the edited one changed, though it is no alias of it: its path, or "".
std::string strayChange(const config::Node& before, const config::Node& after, const std::string& key) {
    Leaves old, now;
    leavesOf(before, {}, old);
    leavesOf(after, {}, now);
    if (old.size() != now.size()) return "the number of leaves";
    const config::Node* edited = old["." + key];
    for (const auto& [path, node] : old) {
        const auto found = now.find(path);
        if (found == now.end()) return path;
        if (toJson(found->second->value) == toJson(node->value)) continue;
        const config::Assignment& place = node->history.back();
        const bool isAlias = edited && place.line == edited->history.back().line &&
                             place.column == edited->history.back().column;
        if (!isAlias) return path;
    }
    return {};
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
    int done = 0, refused = 0;
    while (done < 10'000) {
        const std::string& original = texts[random() % texts.size()];
        std::string text = original;
        std::vector<config::YamlEdit> undo;
        for (int i = 0; i < 8; ++i) {
            const Result<config::Node> before = config::readYaml(text, "x", config::Layer::Yaml);
            std::vector<std::string> keys;
            if (before) scalarKeys(*before, {}, keys);
            if (keys.empty()) break;
            const std::string& key = keys[random() % keys.size()];
            const Value value = randomValue(random);
            const Result<config::YamlEdit> edit = config::editYaml(text, key, value);
            if (!edit) {
                ++refused; // an alias, or a tag that does not allow the value
                continue;
            }
            const std::string changed = config::applyEdit(text, *edit);
            const Result<config::Node> after = config::readYaml(changed, "x", config::Layer::Yaml);
            QVERIFY2(after.has_value(), changed.c_str());
            const std::string stray = strayChange(*before, *after, key);
            QVERIFY2(stray.empty(), (stray + " changed with " + key + " in\n" + text).c_str());
            QCOMPARE(changed.size(), text.size() - edit->removed.size() + edit->inserted.size());
            undo.push_back(edit->inverse());
            text = changed;
            ++done;
        }
        for (; !undo.empty(); undo.pop_back())
            text = config::applyEdit(text, undo.back());
        QCOMPARE(text, original);
    }
    qInfo("%d edits, %d refused", done, refused);
    QVERIFY(refused < done / 4);
}

QTEST_GUILESS_MAIN(TestYamlEdit)
#include "tst_yaml_edit.moc"
