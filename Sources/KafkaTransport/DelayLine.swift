import KafkaQueues

/// A line that elements stand in, in their order, until each one's moment has come: a wire that is long, and as wide as you
/// like. Used on its loop's thread; the last reference to it may be released on any thread.
///
/// It costs one `PreciseTimer`, however many elements there are. To add an element costs no system call unless the line was
/// empty.
package final class DelayLine<Element> {
    private struct Entry {
        let element: Element
        let byteCount: Int
        let due: MonotonicInstant
    }

    private var entries = RingBuffer<Entry>()
    private let timer: PreciseTimer
    private let whenDue: (MonotonicInstant) -> Void
    private var lastDue = MonotonicInstant.distantPast
    /// The bytes that the elements in the line stand for, as `append` was told.
    package private(set) var byteCount = 0

    /// - Parameter whenDue: called on the loop with the current moment when the first element is due. It takes what it wants
    ///   by `popDue`. If it leaves an element that is due, it calls `arm` when it wants to be called again.
    package init(on loop: EventLoop, whenDue: @escaping (MonotonicInstant) -> Void) {
        timer = PreciseTimer(on: loop)
        self.whenDue = whenDue
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Adds an element at the end.
    ///
    /// - Parameters:
    ///   - byteCount: what it adds to the line's `byteCount`.
    ///   - due: when it may be taken; not before those that stand before it.
    package func append(_ element: Element, byteCount: Int, due: MonotonicInstant) {
        lastDue = max(lastDue, due)
        let wasEmpty = entries.isEmpty
        entries.append(Entry(element: element, byteCount: byteCount, due: lastDue))
        self.byteCount += byteCount
        if wasEmpty { arm() }
    }

    /// Takes the first element if it is due.
    package func popDue(at now: MonotonicInstant) -> Element? {
        guard let first = entries.first, first.due <= now, let entry = entries.popFirst() else { return nil }
        byteCount -= entry.byteCount
        return entry.element
    }

    /// Has `whenDue` called when the first element is due, or in the loop's next turn when it is already.
    package func arm() {
        guard let first = entries.first else { return }
        timer.schedule(at: first.due) { [weak self] in self?.fire() }
    }

    /// Lets go of all elements, and never calls `whenDue` again.
    package func close() {
        entries = RingBuffer()
        byteCount = 0
        timer.close()
    }

    private func fire() {
        let now = MonotonicInstant.now
        whenDue(now)
        if let first = entries.first, first.due > now { arm() }
    }
}
