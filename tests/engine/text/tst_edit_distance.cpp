// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/text/edit_distance.h"

#include <QTest>

#include <random>

using namespace fathom::text;

namespace {

/// Distance by the definition.
int slowDistance(const std::u32string& a, const std::u32string& b) {
    std::vector<int> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = static_cast<int>(j);
    for (std::size_t i = 0; i < a.size(); ++i) {
        int diagonal = row[0];
        row[0] = static_cast<int>(i) + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

} // namespace

class EditDistanceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void editDistance_isThatOfTheDefinition() {
        std::mt19937 random(3);
        for (int i = 0; i < 600; ++i) {
            std::u32string a;
            std::u32string b;
            for (std::size_t n = random() % 200; n > 0; --n)
                a += static_cast<char32_t>(U'a' + random() % 4);
            for (const char32_t c : a)
                if (random() % 10 < 8)
                    b += random() % 10 < 8 ? c : static_cast<char32_t>(0x4E00 + random() % 5);
            if (i % 7 == 0) b.clear();
            if (i % 11 == 0) a = a.substr(0, 64 * (a.size() / 64)); // whole blocks
            QCOMPARE(editDistance(a, b), slowDistance(a, b));
        }
    }
};

QTEST_GUILESS_MAIN(EditDistanceTest)
#include "tst_edit_distance.moc"
