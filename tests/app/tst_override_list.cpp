// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/command_line.h"
#include "app/models/override_list.h"
#include "app/models/sweep_preview.h"
#include "engine/config/override.h"

#include <QtTest>

using namespace fathom;
using namespace fathom::app;

using Strings = std::vector<std::string>;

class TestOverrideList : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void set_appendsAndThenReplacesItsOwnEdit();
    void set_onACommandLineOverrideAppends();
    void set_afterDeleteAddsAgain();
    void set_behindAnOverrideOfAnAncestorComesLast();
    void remove_dropsEditsBelow();
    void remove_ofAnAddedKeyForgetsIt();
    void reset_dropsEditsFirstThenTheCommandLine();
    void replace_keepsTrailingEdits();
    void quoting_readsBack_data();
    void quoting_readsBack();
    void input_isTakenAsGrammarOrQuoted_data();
    void input_isTakenAsGrammarOrQuoted();
    void commandLine_readsWhatPeoplePaste_data();
    void commandLine_readsWhatPeoplePaste();
    void commandLine_knowsItsProgram();
    void commandLine_roundTrips();
    void sweep_isMeantWhereTheKeyHoldsNoText();
    void put_replacesOrDropsOne();
};

void TestOverrideList::set_appendsAndThenReplacesItsOwnEdit() {
    OverrideList list{{"a=1"}, 1};
    list.set("model.lr", "0.02");
    list.set("model.name", "adam");
    list.set("model.lr", "0.03");
    QCOMPARE(list.items, (Strings{"a=1", "model.lr=0.03", "model.name=adam"}));
    QCOMPARE(list.editedFrom, std::size_t{1});
    QVERIFY(list.touches("model"));
    QVERIFY(!list.touches("mod"));
}

void TestOverrideList::set_onACommandLineOverrideAppends() {
    OverrideList list{{"a=1"}, 1};
    list.set("a", "2");
    QCOMPARE(list.items, (Strings{"a=1", "a=2"}));
}

void TestOverrideList::set_afterDeleteAddsAgain() {
    OverrideList list{{"~a"}, 1};
    list.set("a", "2");
    QCOMPARE(list.items, (Strings{"~a", "+a=2"}));
    list.set("a", "3");
    QCOMPARE(list.items, (Strings{"~a", "+a=3"}));
}

void TestOverrideList::set_behindAnOverrideOfAnAncestorComesLast() {
    OverrideList list{{"m.a=1", "m={a: 5}"}, 0};
    list.set("m.a", "2");
    QCOMPARE(list.items, (Strings{"m={a: 5}", "m.a=2"}));
}

void TestOverrideList::remove_dropsEditsBelow() {
    OverrideList list{{"m.x=1"}, 1};
    list.set("m.a", "1");
    list.set("mm", "1");
    list.remove("m");
    QCOMPARE(list.items, (Strings{"m.x=1", "mm=1", "~m"}));
}

void TestOverrideList::remove_ofAnAddedKeyForgetsIt() {
    OverrideList list;
    list.add("m.a", "1");
    list.remove("m.a");
    QVERIFY(list.items.empty());
}

void TestOverrideList::reset_dropsEditsFirstThenTheCommandLine() {
    OverrideList list{{"a=1", "b=1"}, 2};
    list.set("a", "2");
    QVERIFY(list.reset("a"));
    QCOMPARE(list.items, (Strings{"a=1", "b=1"}));
    QVERIFY(list.reset("a"));
    QCOMPARE(list.items, (Strings{"b=1"}));
    QCOMPARE(list.editedFrom, std::size_t{1});
    QVERIFY(!list.reset("a"));
}

void TestOverrideList::replace_keepsTrailingEdits() {
    OverrideList list{{"a=1", "b=2", "c=3"}, 1};
    list.replace({"a=5", "z=1", "b=2", "c=3"});
    QCOMPARE(list.editedFrom, std::size_t{2});
    list.replace({"a=5", "c=4"});
    QCOMPARE(list.editedFrom, std::size_t{2});
    list.replace({});
    QCOMPARE(list.editedFrom, std::size_t{0});
}

void TestOverrideList::quoting_readsBack_data() {
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("quoted");
    QTest::newRow("bare") << std::string("novograd") << std::string("novograd");
    QTest::newRow("path") << std::string("data/train.jsonl") << std::string("data/train.jsonl");
    QTest::newRow("number") << std::string("123") << std::string("'123'");
    QTest::newRow("float") << std::string("1e-9") << std::string("'1e-9'");
    QTest::newRow("bool") << std::string("True") << std::string("'True'");
    QTest::newRow("empty") << std::string() << std::string("''");
    QTest::newRow("blank") << std::string(" ") << std::string("' '");
    QTest::newRow("apostrophe") << std::string("it's") << std::string("'it\\'s'");
    QTest::newRow("backslash at the end") << std::string("a b\\") << std::string("'a b\\\\'");
    QTest::newRow("backslash before a quote") << std::string("\\'") << std::string("'\\\\\\''");
    QTest::newRow("interpolation") << std::string("${model.lr}") << std::string("${model.lr}");
    QTest::newRow("two interpolations") << std::string("${a}${b}") << std::string("'${a}${b}'");
}

void TestOverrideList::quoting_readsBack() {
    QFETCH(const std::string, text);
    QFETCH(const std::string, quoted);
    QCOMPARE(config::quoteForOverride(text), quoted);
}

void TestOverrideList::input_isTakenAsGrammarOrQuoted_data() {
    QTest::addColumn<std::string>("typed");
    QTest::addColumn<std::string>("expected");
    QTest::newRow("number") << std::string(" 0.02 ") << std::string("0.02");
    QTest::newRow("word") << std::string("adam") << std::string("adam");
    QTest::newRow("list") << std::string("[0.8, 0.5]") << std::string("[0.8, 0.5]");
    QTest::newRow("open list") << std::string("[0.8") << std::string("'[0.8'");
    QTest::newRow("two lists") << std::string("[0.8][1]") << std::string("'[0.8][1]'");
    QTest::newRow("map") << std::string("{a: 1}") << std::string("{a: 1}");
    QTest::newRow("quoted") << std::string("'123'") << std::string("'123'");
    QTest::newRow("words") << std::string("hello, world") << std::string("'hello, world'");
    QTest::newRow("sweep is a string") << std::string("1,2") << std::string("'1,2'");
    QTest::newRow("cast") << std::string("int(3.7)") << std::string("int(3.7)");
    QTest::newRow("empty") << std::string() << std::string("''");
}

void TestOverrideList::input_isTakenAsGrammarOrQuoted() {
    QFETCH(const std::string, typed);
    QFETCH(const std::string, expected);
    QCOMPARE(config::overrideTextFromInput(typed), expected);
}

void TestOverrideList::commandLine_readsWhatPeoplePaste_data() {
    QTest::addColumn<std::string>("text");
    QTest::addColumn<Strings>("expected"); // path, name, overrides
    QTest::newRow("box") << std::string("--config-path=c --config-name=n a=1 ~b")
                         << Strings{"c", "n", "a=1", "~b"};
    QTest::newRow("python")
        << std::string("CUDA_VISIBLE_DEVICES python train.py --config-path c --config-name n a='x y'")
        << Strings{"c", "n", "a=x y"};
    QTest::newRow("fathom-cli")
        << std::string("fathom-cli train --config-path c --config-name n -- '~b' \"c=[1, 2]\"")
        << Strings{"c", "n", "~b", "c=[1, 2]"};
    QTest::newRow("short options") << std::string("x.py -cp c -cn n +a=1") << Strings{"c", "n", "+a=1"};
    QTest::newRow("only overrides") << std::string("a=1\n b=2 ") << Strings{"", "", "a=1", "b=2"};
    QTest::newRow("environment and torchrun")
        << std::string(
               "$ CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc_per_node 2 train.py --config-name=n a=1 -m")
        << Strings{"", "n", "a=1"};
    QTest::newRow("shell around it") << std::string("cd nemo && python train.py a=1 ~b | tee log.txt")
                                     << Strings{"", "", "a=1", "~b"};
    QTest::newRow("continued lines") << std::string("train.py \\\n a=1 \\\n b=\"it's\"")
                                     << Strings{"", "", "a=1", "b=it's"};
}

void TestOverrideList::commandLine_readsWhatPeoplePaste() {
    QFETCH(const std::string, text);
    QFETCH(const Strings, expected);
    const CommandLine line = parseCommandLine(text);
    Strings actual{line.configPath, line.configName};
    actual.insert(actual.end(), line.overrides.begin(), line.overrides.end());
    QCOMPARE(actual, expected);
}

void TestOverrideList::commandLine_knowsItsProgram() {
    QCOMPARE(parseCommandLine("python -u examples/asr/train.py a=1").script,
             std::string("examples/asr/train.py"));
    QVERIFY(parseCommandLine("python train.py a=1").hasProgram);
    QVERIFY(!parseCommandLine("a=1 b=2").hasProgram);
    QVERIFY(!parseCommandLine("--config-name=x a=1").hasProgram);
}

void TestOverrideList::sweep_isMeantWhereTheKeyHoldsNoText() {
    QVERIFY(isMeantAsSweep("0.1,0.01", Value::Type::Float));
    QVERIFY(isMeantAsSweep("1,2", Value::Type::Null));
    QVERIFY(isMeantAsSweep("choice(a,b)", Value::Type::String));
    QVERIFY(isMeantAsSweep("range(1,4)", Value::Type::Int));
    QVERIFY(!isMeantAsSweep("1,2", Value::Type::String));
    QVERIFY(!isMeantAsSweep("a,b", Value::Type::Null));
    QVERIFY(!isMeantAsSweep("0.1", Value::Type::Float));
    QVERIFY(!isMeantAsSweep("[1,2]", Value::Type::Int));
}

void TestOverrideList::put_replacesOrDropsOne() {
    OverrideList list{{"a=1", "b=2", "c=3"}, 2};
    list.put(1, "b=5");
    QCOMPARE(list.items, (Strings{"a=1", "b=5", "c=3"}));
    list.put(0, {});
    QCOMPARE(list.items, (Strings{"b=5", "c=3"}));
    QCOMPARE(list.editedFrom, std::size_t{1});
    list.put(1, {});
    list.put(9, "x=1");
    QCOMPARE(list.items, (Strings{"b=5"}));
    QCOMPARE(list.editedFrom, std::size_t{1});
}

void TestOverrideList::commandLine_roundTrips() {
    const CommandLine line{.configPath = "my configs",
                           .configName = "n",
                           .overrides = {"a='it\\'s'", "b=[1, 2]", "~c", "d=${x}", "e="}};
    const std::string text = formatCommandLine(line);
    const CommandLine back = parseCommandLine(text);
    QCOMPARE(back.configPath, line.configPath);
    QCOMPARE(back.configName, line.configName);
    QCOMPARE(back.overrides, line.overrides);
}

QTEST_APPLESS_MAIN(TestOverrideList)
#include "tst_override_list.moc"
