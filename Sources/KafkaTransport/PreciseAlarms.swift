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
        /// Of the last wait, if it ended because the earliest alarm was due.
        private var wakeUp: WakeUp?
        private var waitCount = 0

        /// The end of a wait for an alarm, which its timer is told.
        struct WakeUp {
            /// The thread's CPU clock when the wait began, in ns; nil but for one wait of some.
            var cpuBeganNs: Int64?
        }

        /// To read the thread's CPU clock costs a system call.
        private static let waitsPerSample = 16

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

        /// Takes those whose moment has come, the earliest first, and tells the first one if the loop's last wait ended for it.
        mutating func takeDue(at now: MonotonicInstant) -> Due {
            let wakeUp = wakeUp.take()
            if now < earliest { return Due() }
            if alarms.count == 1 {
                // As nearly always, and then nothing needs an array.
                let alarm = alarms[0]
                alarm.isSet = false
                alarms.removeAll(keepingCapacity: true)
                earliest = .distantFuture
                return Due(first: alarm.timer, wakeUp: wakeUp)
            }
            let due = alarms.filter { $0.due <= now }.sorted { $0.due < $1.due }
            for alarm in due { alarm.isSet = false }
            alarms.removeAll { !$0.isSet }
            findEarliest()
            return Due(first: due.first?.timer, others: due.dropFirst().compactMap(\.timer), wakeUp: wakeUp)
        }

        /// Timers whose moment has come.
        struct Due {
            fileprivate var first: PreciseTimer?
            fileprivate var others: [PreciseTimer] = []
            fileprivate var wakeUp: WakeUp?

            func fire() {
                first?.didFire(wakeUp)
                for timer in others { timer.didFire(nil) }
            }
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
        mutating func wait(in uv: UnsafeMutablePointer<uv_loop_t>) -> Bool {
            let left = earliest.nanoseconds(since: .now)
            // Zero when libuv does not want to wait, below zero when it has no timer.
            let milliseconds = uv_backend_timeout(uv)
            if milliseconds == 0 || left <= 0 { return true }
            let nanoseconds = milliseconds < 0 ? left : min(left, Int64(milliseconds) * 1_000_000)
            var timeout = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            waitCount += 1
            let cpuBeganNs = waitCount % Self.waitsPerSample == 0 ? ThreadCPU.nowNs() : nil
            let readyCount = kafka_wait_for_events(uv_backend_fd(uv), &timeout)
            if readyCount != 0 || nanoseconds < left { return true }
            wakeUp = WakeUp(cpuBeganNs: cpuBeganNs)
            return false
        }
    }
#endif
