// SPDX-License-Identifier: GPL-3.0-or-later
// Overrides written into a text change the lines they concern, and always mean what Hydra makes of them.
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/config/override.h"
#include "engine/config/yaml_apply.h"
#include "engine/config/yaml_reader.h"

#include <QTest>
#include <filesystem>
#include <random>

using namespace fathom;

namespace {

constexpr const char* kText = "# a model\n"
                              "target: x.Y # the class\n"
                              "\n"
                              "optim:\n"
                              "  lr: 0.10 # tuned\n"
                              "  betas:\n"
                              "  - 0.9\n"
                              "  - 0.98\n"
                              "  # the schedule\n"
                              "  sched:\n"
                              "    name: CosineAnnealing\n"
                              "\n"
                              "labels: [' ', a]\n"
                              "note: |\n"
                              "  two\n"
                              "  lines\n";

Value valueOf(const std::string& yaml) {
    auto node = config::readYaml(yaml, "t.yaml", config::Layer::Yaml);
    return node ? config::Config(std::move(*node)).unresolved() : Value("unreadable");
}

Value composed(const std::string& yaml, const std::vector<std::string>& overrides) {
    const auto config = config::compose({.configPath = ".",
                                         .configName = "config",
                                         .overrides = overrides,
                                         .files = {{"config.yaml", yaml}}});
    return config ? config->unresolved() : Value("does not compose");
}

void collect(const Value& value, const std::string& key, std::vector<std::string>& keys) {
    if (!key.empty()) keys.push_back(key);
    if (!value.isMap()) return;
    for (const auto& [name, child] : value.asMap())
        collect(child, key.empty() ? name : key + '.' + name, keys);
}

} // namespace

class TestYamlApply : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void changedLines_data();
    void changedLines();
    void severalOverrides_areMadeInOrder();
    void wholeTextIsWritten_whereLinesDoNotDo();
    void errors_nameTheKey();
    void randomOverrides_meanWhatHydraMakesOfThem();
};

void TestYamlApply::changedLines_data() {
    QTest::addColumn<QString>("override");
    QTest::addColumn<QString>("was");
    QTest::addColumn<QString>("is");
    QTest::newRow("scalar keeps its comment") << "optim.lr=0.2"
                                              << "lr: 0.10 # tuned"
                                              << "lr: 0.2 # tuned";
    QTest::newRow("new key goes last") << "+optim.name=adamw"
                                       << "    name: CosineAnnealing\n"
                                       << "    name: CosineAnnealing\n  name: adamw\n";
    QTest::newRow("new section") << "+a.b.c=1"
                                 << "  lines\n"
                                 << "  lines\na:\n  b:\n    c: 1\n";
    QTest::newRow("key in a deep section") << "+optim.sched.min_lr=1e-6"
                                           << "    name: CosineAnnealing\n"
                                           << "    name: CosineAnnealing\n    min_lr: 1.0e-06\n";
    QTest::newRow("removed scalar") << "~optim.lr"
                                    << "  lr: 0.10 # tuned\n"
                                    << "";
    QTest::newRow("removed section") << "~optim.sched"
                                     << "  sched:\n    name: CosineAnnealing\n"
                                     << "";
    QTest::newRow("removed list") << "~optim.betas"
                                  << "  betas:\n  - 0.9\n  - 0.98\n"
                                  << "";
    QTest::newRow("list replaced") << "optim.betas=[0.8,0.5,0.1]"
                                   << "  - 0.9\n  - 0.98\n"
                                   << "  - 0.8\n  - 0.5\n  - 0.1\n";
    QTest::newRow("flow list replaced") << "labels=[b]"
                                        << "labels: [' ', a]\n"
                                        << "labels:\n- b\n";
    QTest::newRow("section becomes null") << "optim.sched=null"
                                          << "  sched:\n    name: CosineAnnealing\n"
                                          << "  sched: null\n";
}

void TestYamlApply::changedLines() {
    QFETCH(QString, override);
    QFETCH(QString, was);
    QFETCH(QString, is);
    QString expected = QString::fromLatin1(kText);
    QCOMPARE(expected.count(was), 1);
    expected.replace(was, is);
    const auto applied = config::applyOverrides(kText, {override.toStdString()}, "model_config.yaml");
    QVERIFY2(applied.has_value(), applied ? "" : applied.error().message().c_str());
    QCOMPARE(QString::fromStdString(*applied), expected);
}

void TestYamlApply::severalOverrides_areMadeInOrder() {
    const auto applied = config::applyOverrides(
        kText, {"optim.lr=0.2", "+optim.name=adamw", "optim.lr=0.3", "~optim.sched"}, "c.yaml");
    QVERIFY(applied.has_value());
    QVERIFY(applied->find("  lr: 0.3 # tuned\n") != std::string::npos);
    QVERIFY(applied->starts_with("# a model\n"));
    QVERIFY(applied->find("sched:") == std::string::npos);
}

void TestYamlApply::wholeTextIsWritten_whereLinesDoNotDo() {
    for (const auto& [yaml, override] :
         std::vector<std::pair<std::string, std::string>>{{"a: {b: 1, c: 2}\n", "+a.d=3"},
                                                          {"a: {b: 1, c: 2}\n", "~a.b"},
                                                          {"x: &x {b: 1}\ny: *x\n", "y.b=2"},
                                                          {"a:\n  b: 1\n", "~a.b"},
                                                          {"? a\n: 1\n", "+b=2"}}) {
        const auto applied = config::applyOverrides(yaml, {override}, "c.yaml");
        QVERIFY2(applied.has_value(), yaml.c_str());
        QVERIFY2(valueOf(*applied) == composed(yaml, {override}), applied->c_str());
    }
}

void TestYamlApply::errors_nameTheKey() {
    const auto unknown = config::applyOverrides(kText, {"optm.lr=1"}, "model_config.yaml");
    QVERIFY(!unknown.has_value());
    QVERIFY(unknown.error().message().find("optm") != std::string::npos);
    QVERIFY(!config::applyOverrides("a: [", {"a=1"}, "c.yaml").has_value());
    QCOMPARE(*config::applyOverrides("a: [", {}, "c.yaml"), std::string("a: ["));
}

void TestYamlApply::randomOverrides_meanWhatHydraMakesOfThem() {
    std::mt19937 random(7);
    const std::vector<std::string> values{"1",           "0.5",    "text", "null", "[1,2]",
                                          "{p:1,q:[x]}", "'a: b'", "\"\"", "true"};
    int made = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(FATHOM_SOURCE_DIR "/configs")) {
        if (entry.path().extension() != ".yaml") continue;
        const auto text = readFile(entry.path());
        QVERIFY(text.has_value());
        const Value whole = valueOf(*text);
        if (!whole.isMap() || whole.at("defaults") != nullptr) continue;
        std::vector<std::string> keys;
        collect(whole, {}, keys);
        for (int i = 0; i < 40; ++i) {
            const std::string& key = keys[random() % keys.size()];
            const std::string& value = values[random() % values.size()];
            const std::vector<std::string> overrides{random() % 3 == 0   ? "~" + key
                                                     : random() % 2 == 0 ? "++" + key + ".new_key=" + value
                                                                         : key + "=" + value};
            const auto applied = config::applyOverrides(*text, overrides, "c.yaml");
            const Value wanted = composed(*text, overrides);
            QCOMPARE(applied.has_value(), wanted != Value("does not compose"));
            if (!applied) continue;
            QVERIFY2(valueOf(*applied) == wanted, (entry.path().string() + " " + overrides[0]).c_str());
            ++made;
        }
    }
    QVERIFY(made > 200);
}

QTEST_GUILESS_MAIN(TestYamlApply)
#include "tst_yaml_apply.moc"
