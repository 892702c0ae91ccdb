// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form_labels.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QComboBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QImage>
#include <QPushButton>
#include <QStyle>
#include <QStyleOptionComboBox>
#include <QTableWidget>
#include <QtTest>

#include <cmath>

using namespace fathom::widgets;

class TestTheme : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void textHasContrast_inBothThemes_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }

    void textHasContrast_inBothThemes() {
        QFETCH(bool, dark);
        const Colors& c = dark ? darkColors() : lightColors();
        for (const QColor& ground : {c.window, c.surface, c.raised, c.accentTint}) {
            QVERIFY2(contrastRatio(c.text, ground) >= 4.5, qPrintable(ground.name()));
            if (ground != c.accentTint)
                QVERIFY2(contrastRatio(c.muted, ground) >= 4.5, qPrintable(ground.name()));
        }
        for (const QColor& color : {c.accent, c.success, c.warning, c.error, c.layerDataclass, c.layerYaml,
                                    c.layerGroup, c.layerCommandLine, c.layerEdited, c.layerRemoved})
            QVERIFY2(contrastRatio(color, c.surface) >= 4.5, qPrintable(color.name()));
        for (const QColor& curve : c.curves)
            QVERIFY2(contrastRatio(curve, c.surface) >= 3.0, qPrintable(curve.name()));
        QVERIFY(contrastRatio(c.accentText, c.accent) >= 4.5);
        QCOMPARE(&colorsFor(paletteFor(c)), &c);
    }

    void everyIconDraws_inTheColourAsked() {
        const QStringList names = iconNames();
        QVERIFY(names.size() > 30);
        for (const QString& name : names) {
            const QImage image = icon(name, Qt::red).pixmap(48, 48).toImage();
            int painted = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    painted += image.pixelColor(x, y).alpha() > 128 ? 1 : 0;
            QVERIFY2(painted > 20, qPrintable(name));
        }
    }

    void labelsStandOnTheMiddleOfTheirFields() {
        QWidget window;
        auto* form = new QFormLayout(&window);
        auto* field = new QPushButton;
        field->setMinimumHeight(60);
        form->addRow(QStringLiteral("label"), field);
        centerLabels(*form);
        window.show();
        QCOMPARE(form->labelForField(field)->geometry().center().y(), field->geometry().center().y());
    }

    void iconWithoutRoom_isNoReasonToComplain() {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("QPainter")));
        QVERIFY(icon(QStringLiteral("stop")).pixmap(QSize(0, 16)).isNull());
    }

    void iconsFollowTheTheme() {
        const QIcon stop = icon(QStringLiteral("stop"));
        applyTheme(*qApp, ThemeMode::Light);
        const QColor light = stop.pixmap(24, 24).toImage().pixelColor(12, 12);
        applyTheme(*qApp, ThemeMode::Dark);
        const QColor dark = stop.pixmap(24, 24).toImage().pixelColor(12, 12);
        QCOMPARE(light.name(), lightColors().text.name());
        QCOMPARE(dark.name(), darkColors().text.name());
    }

    void headerThatIsTooNarrow_keepsBothEndsOfItsText() {
        applyTheme(*qApp, ThemeMode::Light);
        const auto drawn = [](const QString& text, int width) {
            QTableWidget table(1, 1);
            table.setHorizontalHeaderItem(0, new QTableWidgetItem(text));
            table.horizontalHeaderItem(0)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            table.setColumnWidth(0, width);
            return table.horizontalHeader()->grab(QRect(0, 0, width, 30)).toImage();
        };
        const QString name = QStringLiteral("val_loss_of_the_second_set");
        const QHeaderView header(Qt::Horizontal);
        const int margins = 2 * header.style()->pixelMetric(QStyle::PM_HeaderMargin);
        const QString ends = header.fontMetrics().elidedText(name, Qt::ElideMiddle, 90 - margins);
        QVERIFY(ends.size() < name.size());
        QCOMPARE(drawn(name, 90), drawn(ends, 90));
        QVERIFY(drawn(name, 300) != drawn(ends, 300));
    }

    void comboBox_hasRoomForItsLongestText_andWhatItsWidthWasRoundedBy() {
        applyTheme(*qApp, ThemeMode::Light);
        const QString text = QStringLiteral("Relative change");
        QComboBox box;
        box.addItem(text);
        box.resize(box.sizeHint());
        QStyleOptionComboBox option;
        option.initFrom(&box);
        option.frame = true;
        const QRect room =
            box.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &box);
        QVERIFY(room.width() - 2 > box.fontMetrics().horizontalAdvance(text));
    }

    void numbersHaveFourDigits_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("fraction") << 0.412345 << "0.4123";
        QTest::newRow("trailing zeros go") << 0.5 << "0.5";
        QTest::newRow("thousands") << 1404.0 << "1,404";
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("small") << 0.000012 << "1.2e-05";
        QTest::newRow("negative") << -2.71828 << "-2.718";
        QTest::newRow("nan") << std::nan("") << "NaN";
    }

    void numbersHaveFourDigits() {
        QFETCH(double, value);
        QFETCH(QString, text);
        QLocale::setDefault(QLocale::c());
        QCOMPARE(formatNumber(value), text);
    }

    void durationsHaveTwoUnits() {
        QCOMPARE(formatDuration(0.25), QStringLiteral("250 ms"));
        QCOMPARE(formatDuration(35), QStringLiteral("35 s"));
        QCOMPARE(formatDuration(95), QStringLiteral("1 min 35 s"));
        QCOMPARE(formatDuration(120), QStringLiteral("2 min"));
        QCOMPARE(formatDuration(7500), QStringLiteral("2 h 5 min"));
        QCOMPARE(formatDuration(std::nan("")), QStringLiteral("–"));
    }

    void momentsThatNoCalendarHas_areNotShown() {
        QVERIFY(!formatMoment(1.7e9).isEmpty());
        for (const double seconds : {0.0, -1.0, 1e12, 1e300, HUGE_VAL, std::nan("")})
            QCOMPARE(formatMoment(seconds), QString());
    }

    void bytesHaveUnits() {
        QCOMPARE(formatBytes(512), QStringLiteral("512 B"));
        QCOMPARE(formatBytes(1.2e9), QStringLiteral("1.2 GB"));
        QCOMPARE(formatBytes(71.3e6), QStringLiteral("71 MB"));
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
