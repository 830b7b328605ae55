#if os(Linux)
    import CUV
    import Glibc

    /// The moments for which a loop wakes to the microsecond. Used on the loop's thread.
    ///
    /// libuv waits for whole milliseconds. While there are alarms, the loop itself waits for libuv's descriptors with the
    /// system's own resolution, and asks libuv only when one of them is ready: a wake-up costs one system call.
    struct PreciseAlarms {
        /// A moment for which a timer's owner wants to be called.
        final class Alarm {
            fileprivate(set) var due = MonotonicInstant.distantFuture
            fileprivate(set) var isSet = false
            fileprivate weak var timer: PreciseTimer?

            init(for timer: PreciseTimer) { self.timer = timer }
        }

        /// Those that are set, in no order.
        private var alarms: [Alarm] = []
        private var earliest = MonotonicInstant.distantFuture
        private var isExact = false

        var isEmpty: Bool { alarms.isEmpty }

        /// Takes time in proportion to the number of alarms.
        mutating func set(_ alarm: Alarm, at moment: MonotonicInstant) {
            makeExact()
            alarm.due = moment
            if !alarm.isSet { alarms.append(alarm) }
            alarm.isSet = true
            findEarliest()
        }

        mutating func unset(_ alarm: Alarm) {
            if !alarm.isSet { return }
            alarm.isSet = false
            alarms.removeAll { $0 === alarm }
            findEarliest()
        }

        /// Takes those whose moment has come, the earliest first.
        mutating func takeDue(at now: MonotonicInstant) -> [PreciseTimer] {
            if now < earliest { return [] }
            let due = alarms.filter { $0.due <= now }.sorted { $0.due < $1.due }
            for alarm in due { alarm.isSet = false }
            alarms.removeAll { !$0.isSet }
            findEarliest()
            return due.compactMap(\.timer)
        }

        /// Takes all, also those whose moment has not come.
        mutating func takeAll() -> [PreciseTimer] {
            defer { self = PreciseAlarms() }
            return alarms.compactMap(\.timer)
        }

        private mutating func findEarliest() {
            earliest = alarms.reduce(.distantFuture) { min($0, $1.due) }
        }

        /// Has the kernel wake this thread when it is asked to, and not together with others within 50 µs.
        private mutating func makeExact() {
            if isExact { return }
            isExact = true
            _ = kafka_set_timer_slack(1)
        }

        /// Waits until libuv has something to do, or the earliest alarm is due.
        ///
        /// - Returns: whether libuv has something to do.
        func wait(in uv: UnsafeMutablePointer<uv_loop_t>) -> Bool {
            let left = earliest.nanoseconds(since: .now)
            // Zero when libuv does not want to wait, below zero when it has no timer.
            let milliseconds = uv_backend_timeout(uv)
            if milliseconds == 0 || left <= 0 { return true }
            let nanoseconds = milliseconds < 0 ? left : min(left, Int64(milliseconds) * 1_000_000)
            var timeout = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            let readyCount = kafka_wait_for_events(uv_backend_fd(uv), &timeout)
            return readyCount != 0 || nanoseconds < left
        }
    }
#endif
