/// A first-in first-out ring of jobs; grows by doubling, allocates nothing once grown.
struct JobQueue {
    private var ring: [UnownedJob?] = Array(repeating: nil, count: 64)
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ job: UnownedJob) {
        if count == ring.count { grow() }
        ring[(head + count) & (ring.count - 1)] = job
        count += 1
    }

    /// - Precondition: the queue is not empty.
    mutating func removeFirst() -> UnownedJob {
        guard count > 0, let job = ring[head] else { preconditionFailure("no job is queued") }
        ring[head] = nil
        head = (head + 1) & (ring.count - 1)
        count -= 1
        return job
    }

    private mutating func grow() {
        var larger: [UnownedJob?] = []
        larger.reserveCapacity(ring.count * 2)
        for i in 0..<count { larger.append(ring[(head + i) & (ring.count - 1)]) }
        larger.append(contentsOf: repeatElement(nil, count: ring.count * 2 - count))
        ring = larger
        head = 0
    }
}
