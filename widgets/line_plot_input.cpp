// SPDX-License-Identifier: GPL-3.0-or-later
// LinePlot's mouse, keys and menu.
#include "widgets/line_plot_impl.h"
#include "widgets/passing_menu.h"

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QMenu>

#include <cmath>

namespace fathom::widgets {

namespace {
constexpr double kZoomStep = 0.85;
constexpr int kDragDistance = 3;

PlotScale next(PlotScale scale) {
    switch (scale) {
    case PlotScale::Linear:
        return PlotScale::Log;
    case PlotScale::Log:
        return PlotScale::Symlog;
    case PlotScale::Symlog:
        break;
    }
    return PlotScale::Linear;
}
} // namespace

bool LinePlot::Impl::mouse(QMouseEvent* event) {
    switch (event->type()) {
    case QEvent::MouseButtonPress:
        press(event);
        break;
    case QEvent::MouseMove:
        move(event);
        break;
    case QEvent::MouseButtonRelease:
        release(event);
        break;
    default:
        return false;
    }
    return true;
}

void LinePlot::Impl::press(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    self->setFocus(Qt::MouseFocusReason);
    if (empty()) return;
    drag = boxZoom || event->modifiers().testFlag(Qt::ShiftModifier) ? Drag::Box : Drag::Pan;
    dragFrom = event->position().toPoint();
    dragView = view();
}

void LinePlot::Impl::move(QMouseEvent* event) {
    const QPoint position = event->position().toPoint();
    if (drag == Drag::None) return hover(position);
    if (hovering && (position - dragFrom).manhattanLength() >= kDragDistance) leave(); // in the way
    if (drag == Drag::Box) {
        cursor->setBox(QRect(dragFrom, position).normalized(), colorsFor(self).accent);
        plot->layer(QStringLiteral("cursor"))->replot();
        return;
    }
    if ((position - dragFrom).manhattanLength() < kDragDistance && view().autoX == dragView.autoX && autoX)
        return;
    remember();
    autoX = false;
    const double dx = plot->xAxis->pixelToCoord(dragFrom.x()) - plot->xAxis->pixelToCoord(position.x());
    plot->xAxis->setRange(dragView.x.lower + dx, dragView.x.upper + dx);
    if (!autoY) {
        const double dy = plot->yAxis->pixelToCoord(dragFrom.y()) - plot->yAxis->pixelToCoord(position.y());
        plot->yAxis->setRange(dragView.y.lower + dy, dragView.y.upper + dy);
    }
    xChanged();
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::Impl::release(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const QPoint position = event->position().toPoint();
    const Drag ended = std::exchange(drag, Drag::None);
    if (ended == Drag::Box) {
        cursor->setBox({}, {});
        plot->layer(QStringLiteral("cursor"))->replot();
        zoomInto(QRect(dragFrom, position).normalized());
    }
    const bool clicked = ended != Drag::None && (position - dragFrom).manhattanLength() < kDragDistance;
    if (!clicked) return hover(position);
    if (const PlotAnnotation* note = notes->at(position)) {
        Q_EMIT self->annotationActivated(note->id);
        return;
    }
    if (const int curve = curveNear(position); curve >= 0) Q_EMIT self->curveClicked(curve);
}

void LinePlot::Impl::wheel(QWheelEvent* event) {
    const QPoint delta = event->angleDelta();
    const double notches = (delta.y() != 0 ? delta.y() : delta.x()) / 120.0;
    const bool vertical = event->modifiers().testFlag(Qt::ControlModifier);
    const double centre = vertical ? plot->yAxis->pixelToCoord(event->position().y())
                                   : plot->xAxis->pixelToCoord(event->position().x());
    if (delta.y() == 0 || event->modifiers().testFlag(Qt::ShiftModifier))
        pan(-notches / 10);
    else
        zoom(std::pow(kZoomStep, notches), centre, vertical);
    event->accept();
}

bool LinePlot::Impl::key(QKeyEvent* event) {
    const double centre = plot->xAxis->range().center();
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    switch (event->key()) {
    case Qt::Key_Left:
        return shift ? stepCursor(-1) : pan(-0.1), true;
    case Qt::Key_Right:
        return shift ? stepCursor(1) : pan(0.1), true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(kZoomStep, centre, false), true;
    case Qt::Key_Minus:
        return zoom(1 / kZoomStep, centre, false), true;
    case Qt::Key_Up:
        return zoom(kZoomStep, plot->yAxis->range().center(), true), true;
    case Qt::Key_Down:
        return zoom(1 / kZoomStep, plot->yAxis->range().center(), true), true;
    case Qt::Key_Home:
    case Qt::Key_0:
        return self->resetView(), true;
    case Qt::Key_Escape:
        if (!cursorX) return false;
        return leave(), true;
    case Qt::Key_Backspace:
        return self->undoZoom(), true;
    case Qt::Key_L:
        return setScale(PlotAxis::Y, next(scales.y.scale)), true;
    case Qt::Key_X:
        return setScale(PlotAxis::X, next(scales.x.scale)), true;
    case Qt::Key_O:
        return self->setClipOutliers(!clipOutliers), true;
    case Qt::Key_Z:
        return self->setBoxZoom(!boxZoom), true;
    default:
        return false;
    }
}

void LinePlot::Impl::scaleMenu(QMenu* menu, PlotAxis axis) {
    menu->addSection(axis == PlotAxis::Y ? LinePlot::tr("Values") : LinePlot::tr("x axis"));
    auto* choices = new QActionGroup(menu);
    for (const PlotScale scale : {PlotScale::Linear, PlotScale::Log, PlotScale::Symlog}) {
        QString text = scaleName(scale);
        text[0] = text[0].toUpper();
        QAction* action = menu->addAction(text, self, [this, axis, scale] { setScale(axis, scale); });
        action->setCheckable(true);
        action->setChecked(self->scale(axis) == scale);
        choices->addAction(action);
    }
}

void LinePlot::Impl::menu(const QPoint& global, const QPoint& position) {
    QMenu* const menu = passingMenu(self);
    QAction* undoAction =
        menu->addAction(LinePlot::tr("Back to the view before") + QStringLiteral("\tBackspace"), self,
                        [this] { self->undoZoom(); });
    undoAction->setEnabled(!undo.empty());
    menu->addAction(LinePlot::tr("Show everything") + QStringLiteral("\tHome"), self,
                    [this] { self->resetView(); });
    QAction* box = menu->addAction(LinePlot::tr("Drag zooms into a box") + QStringLiteral("\tZ"), self,
                                   [this] { self->setBoxZoom(!boxZoom); });
    box->setCheckable(true);
    box->setChecked(boxZoom);
    QAction* clip = menu->addAction(LinePlot::tr("Clip outliers") + QStringLiteral("\tO"), self,
                                    [this] { self->setClipOutliers(!clipOutliers); });
    clip->setCheckable(true);
    clip->setChecked(clipOutliers);
    scaleMenu(menu, PlotAxis::Y);
    scaleMenu(menu, PlotAxis::X);
    menu->addSeparator();
    QAction* annotate = menu->addAction(LinePlot::tr("Annotate here…"), self, [this, position] {
        Q_EMIT self->annotationRequested(placeNear(scales.x.from(plot->xAxis->pixelToCoord(position.x()))),
                                         scales.y.from(plot->yAxis->pixelToCoord(position.y())));
    });
    annotate->setEnabled(!empty());
    QAction* copy = menu->addAction(LinePlot::tr("Copy the values here"), self, [this, position] {
        copyValues(scales.x.from(plot->xAxis->pixelToCoord(position.x())));
    });
    copy->setEnabled(!empty());
    Q_EMIT self->contextMenuOpened(menu);
    menu->popup(global);
}

void LinePlot::setBoxZoom(bool on) {
    m_impl->boxZoom = on;
    m_impl->plot->setCursor(on ? Qt::CrossCursor : Qt::ArrowCursor);
}

bool LinePlot::boxZoom() const {
    return m_impl->boxZoom;
}

void LinePlot::keyPressEvent(QKeyEvent* event) {
    if (!m_impl->key(event)) QWidget::keyPressEvent(event);
}

void LinePlot::contextMenuEvent(QContextMenuEvent* event) {
    QPoint position = m_impl->plot->mapFromGlobal(event->globalPos());
    if (event->reason() == QContextMenuEvent::Keyboard) {
        position = m_impl->plot->axisRect()->center();
        if (m_impl->cursorX)
            position.setX(qRound(m_impl->plot->xAxis->coordToPixel(m_impl->scales.x.to(*m_impl->cursorX))));
    }
    m_impl->menu(event->reason() == QContextMenuEvent::Keyboard ? m_impl->plot->mapToGlobal(position)
                                                                : event->globalPos(),
                 position);
}

bool LinePlot::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseMove:
        return m_impl->mouse(static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonDblClick:
        resetView();
        return true;
    case QEvent::Wheel:
        m_impl->wheel(static_cast<QWheelEvent*>(event));
        return true;
    case QEvent::ContextMenu: // QCustomPlot keeps what the mouse does to itself
        contextMenuEvent(static_cast<QContextMenuEvent*>(event));
        return true;
    case QEvent::Leave:
        m_impl->leave();
        return false;
    case QEvent::Resize:
        if (m_impl->dirty) m_impl->markDirty();
        // QCustomPlot replots at each resize, and QPainter complains where there is no pixel.
        return static_cast<QResizeEvent*>(event)->size().isEmpty();
    default:
        return QWidget::eventFilter(watched, event);
    }
}

} // namespace fathom::widgets
