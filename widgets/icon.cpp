// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/icon.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

static void loadIconResource() {
    Q_INIT_RESOURCE(icons); // needed because this is a static library
}

namespace fathom::widgets {

namespace {

QString pathOf(const QString& name) {
    return QStringLiteral(":/fathom/icons/%1.svg").arg(name);
}

/// The drawings use `currentColor`, which Qt's renderer does not know.
QByteArray tinted(const QString& name, const QColor& color) {
    QFile file(pathOf(name));
    if (!file.open(QIODevice::ReadOnly)) {
        qWarning("no icon named %s", qPrintable(name));
        return {};
    }
    return file.readAll().replace("currentColor", color.name().toLatin1());
}

class TintedIconEngine : public QIconEngine {
public:
    TintedIconEngine(QString name, QColor fixed) : m_name(std::move(name)), m_fixed(std::move(fixed)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QSvgRenderer renderer(tinted(m_name, colorOf(mode)));
        const int side = qMin(rect.width(), rect.height());
        QRect square(0, 0, side, side);
        square.moveCenter(rect.center());
        renderer.render(painter, square);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        const QString key = QStringLiteral("fathom-icon/%1/%2/%3x%4")
                                .arg(m_name, colorOf(mode).name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap pixmap;
        if (size.isEmpty()) return pixmap; // asked for where there is no room
        if (QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    [[nodiscard]] QIconEngine* clone() const override { return new TintedIconEngine(m_name, m_fixed); }
    QString key() const override { return QStringLiteral("fathom"); }
    QString iconName() override { return m_name; }
    bool isNull() override { return !QFile::exists(pathOf(m_name)); }

private:
    [[nodiscard]] QColor colorOf(QIcon::Mode mode) const {
        if (m_fixed.isValid() && mode != QIcon::Disabled) return m_fixed;
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        return QGuiApplication::palette().color(group, QPalette::WindowText);
    }

    QString m_name;
    QColor m_fixed;
};

} // namespace

QIcon icon(const QString& name) {
    return icon(name, QColor());
}

QIcon icon(const QString& name, const QColor& color) {
    loadIconResource();
    return QIcon(new TintedIconEngine(name, color));
}

QStringList iconNames() {
    loadIconResource();
    QStringList names = QDir(QStringLiteral(":/fathom/icons")).entryList({QStringLiteral("*.svg")});
    for (QString& name : names)
        name.chop(4);
    return names;
}

} // namespace fathom::widgets
