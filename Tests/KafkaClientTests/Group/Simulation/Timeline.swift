import KafkaTransport

/// What happens when, in order; what is planned for the same moment, in the order in which it was planned.
struct Timeline<Event> {
    /// A heap of what is planned: a moment in nanoseconds, and the number of the event.
    private var heap: [(at: Int64, number: Int)] = []
    private var events: [Int: Event] = [:]
    private var lastNumber = 0
    private(set) var now = MonotonicInstant(nanoseconds: 0)

    var next: MonotonicInstant? { heap.first.map { MonotonicInstant(nanoseconds: $0.at) } }

    mutating func plan(_ event: Event, after delay: Duration) { plan(event, at: now + delay) }

    mutating func plan(_ event: Event, at moment: MonotonicInstant) {
        lastNumber += 1
        events[lastNumber] = event
        heap.append((max(moment, now).nanoseconds, lastNumber))
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func take() -> Event? {
        guard let first = heap.first else { return nil }
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == parent { break }
            heap.swapAt(parent, least)
            parent = least
        }
        now = MonotonicInstant(nanoseconds: first.at)
        return events.removeValue(forKey: first.number)
    }
}
