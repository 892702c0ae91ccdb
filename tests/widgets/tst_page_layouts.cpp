// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps a page usable in a window that is too small for it.
#include "widgets/scroll_page.h"
#include "widgets/wrap_layout.h"

#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>
#include <QtTest>

using namespace fathom::widgets;

namespace {

/// `count` buttons of 100 × 20, the last one at the right.
struct Bar {
    QWidget widget;
    WrapLayout* layout = new WrapLayout(&widget);
    std::vector<QPushButton*> buttons;

    explicit Bar(int count) {
        for (int i = 0; i < count; ++i) {
            buttons.push_back(new QPushButton);
            buttons.back()->setFixedSize(100, 20);
            if (i == count - 1) layout->addStretch();
            layout->addWidget(buttons.back());
        }
    }
    void layOut(int width) const { layout->setGeometry({0, 0, width, layout->heightForWidth(width)}); }
};

} // namespace

class TestPageLayouts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wrapLayout_goesOnInAnotherLine();
    void wrapLayout_leavesOutWhatIsHidden();
    void wrapLayout_isMirrored();
    void scrollPage_fillsItsRoomAndScrollsWhereThereIsTooLittle();
    void scrollPage_makesRoomForLinesThatWrap();
    void scrollPage_followsTheFocus();
};

void TestPageLayouts::wrapLayout_goesOnInAnotherLine() {
    const Bar bar(3);
    const int gap = bar.layout->spacing();
    QCOMPARE(bar.layout->sizeHint(), QSize(300 + 2 * gap, 20));
    QCOMPARE(bar.layout->minimumSize(), QSize(100, 20));
    QCOMPARE(bar.layout->heightForWidth(300 + 2 * gap), 20);
    QCOMPARE(bar.layout->heightForWidth(300 + 2 * gap - 1), 40 + gap);
    QCOMPARE(bar.layout->heightForWidth(10), 60 + 2 * gap); // one in each line at the least
    bar.layOut(500);
    QCOMPARE(bar.buttons[1]->pos(), QPoint(100 + gap, 0));
    QCOMPARE(bar.buttons[2]->pos(), QPoint(400, 0)); // at the right end
    bar.layOut(250);
    QCOMPARE(bar.buttons[2]->pos(), QPoint(150, 20 + gap)); // at that of its own line, too
}

void TestPageLayouts::wrapLayout_leavesOutWhatIsHidden() {
    const Bar bar(3);
    bar.buttons[1]->hide();
    QCOMPARE(bar.layout->sizeHint().width(), 200 + bar.layout->spacing());
    bar.layOut(500);
    QCOMPARE(bar.buttons[2]->x(), 400);
    for (QPushButton* const button : bar.buttons)
        button->hide();
    QCOMPARE(bar.layout->sizeHint(), QSize(0, 0));
    QCOMPARE(bar.layout->heightForWidth(100), 0);
}

void TestPageLayouts::wrapLayout_isMirrored() {
    Bar bar(2);
    bar.widget.setLayoutDirection(Qt::RightToLeft);
    bar.layOut(500);
    QCOMPARE(bar.buttons[0]->x(), 400);
    QCOMPARE(bar.buttons[1]->x(), 0);
}

void TestPageLayouts::scrollPage_fillsItsRoomAndScrollsWhereThereIsTooLittle() {
    auto* const page = new QWidget;
    page->setMinimumSize(300, 200);
    ScrollPage scroll(page);
    QVERIFY(scroll.minimumSizeHint().height() < 200);
    scroll.resize(640, 480);
    scroll.show();
    QCOMPARE(page->size(), QSize(640, 480));
    QVERIFY(!scroll.verticalScrollBar()->isVisible());
    scroll.resize(640, 150);
    QTRY_VERIFY(scroll.verticalScrollBar()->isVisible());
    QTRY_COMPARE(page->size(), QSize(scroll.viewport()->width(), 200));
    QVERIFY(!scroll.horizontalScrollBar()->isVisible());
    scroll.resize(200, 480);
    QTRY_VERIFY(scroll.horizontalScrollBar()->isVisible());
    QTRY_VERIFY(!scroll.verticalScrollBar()->isVisible());
    QCOMPARE(page->size(), QSize(300, scroll.viewport()->height()));
}

void TestPageLayouts::scrollPage_makesRoomForLinesThatWrap() {
    auto* const page = new QWidget;
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    auto* const bar = new WrapLayout;
    for (int i = 0; i < 4; ++i) {
        auto* const button = new QPushButton;
        button->setFixedSize(100, 20);
        bar->addWidget(button);
    }
    column->addLayout(bar);
    auto* const list = new QWidget;
    list->setMinimumHeight(60);
    column->addWidget(list, 1);
    ScrollPage scroll(page);
    scroll.resize(150, 100);
    scroll.show();
    QTRY_VERIFY(scroll.verticalScrollBar()->isVisible()); // four lines of buttons
    QTRY_VERIFY(list->height() >= 60);
    QTRY_VERIFY(list->y() >= bar->itemAt(3)->geometry().bottom());
}

void TestPageLayouts::scrollPage_followsTheFocus() {
    auto* const page = new QWidget;
    page->setMinimumSize(100, 1000);
    auto* const first = new QPushButton(page);
    auto* const last = new QPushButton(page);
    last->move(0, 960);
    ScrollPage scroll(page);
    scroll.resize(200, 200);
    scroll.show();
    QVERIFY(QTest::qWaitForWindowActive(&scroll));
    first->setFocus();
    QTest::keyClick(first, Qt::Key_Tab);
    QVERIFY(last->hasFocus());
    QVERIFY(scroll.verticalScrollBar()->value() > 0);
    QVERIFY(scroll.viewport()->rect().contains(last->mapTo(scroll.viewport(), QPoint(0, 10))));
}

QTEST_MAIN(TestPageLayouts)
#include "tst_page_layouts.moc"
