// SPDX-License-Identifier: GPL-3.0-or-later
// From a background thread to the GUI thread.
#pragma once

#include <QObject>

#include <utility>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace fathom::app {

namespace detail {
#if defined(__SANITIZE_THREAD__)
// Qt's event queue orders the two threads, but Qt is not built for ThreadSanitizer, which has to be told.
inline char handOver;
inline void release() {
    __tsan_release(&handOver);
}
inline void acquire() {
    __tsan_acquire(&handOver);
}
#else
inline void release() {}
inline void acquire() {}
#endif
} // namespace detail

/// Calls `function` on the thread of `receiver`, later; not at all once the receiver is gone. Any thread.
template <class Function> void post(QObject* receiver, Function function) {
    auto call = [function = std::move(function)]() mutable {
        detail::acquire();
        function();
    };
    detail::release();
    QMetaObject::invokeMethod(receiver, std::move(call), Qt::QueuedConnection);
}

} // namespace fathom::app
