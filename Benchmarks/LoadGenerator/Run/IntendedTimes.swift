// What the recorder needs to know of the open loop: which intended time the records had that were handed over at a time.
//
//      handed over   t0      t1      t2 …       one entry per chunk, ascending
//      intended      i0      i1      i2 …       of the chunk's first record
//
// A batch opened at t with t1 ≤ t < t2 began with a record of the chunk of t1. When there are too many entries, every second
// one of the old ones is dropped. An intended time may then be found too early, so a latency may come out too long, never
// too short.

import KafkaTransport
import Synchronization

/// Intended times of one generator's records, by when they were handed to the builder.
final class IntendedTimes: Sendable {
    private struct Entry {
        let handedOver: MonotonicInstant
        let intended: MonotonicInstant
    }

    private let entries = Mutex<[Entry]>([])
    private let capacity: Int

    init(capacity: Int = 1 << 16) { self.capacity = max(4, capacity) }

    /// Records of which the first was due at `intended` go to the builder now.
    func add(handedOver: MonotonicInstant, intended: MonotonicInstant) {
        entries.withLock { entries in
            if entries.count == capacity {
                let half = capacity / 2
                let kept = stride(from: 0, to: half, by: 2).map { entries[$0] }
                entries.replaceSubrange(0..<half, with: kept)
            }
            entries.append(Entry(handedOver: handedOver, intended: intended))
        }
    }

    /// The intended time of what was appended at a time; that time itself when nothing was noted for it.
    func intended(of appended: MonotonicInstant) -> MonotonicInstant {
        entries.withLock { entries in
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].handedOver <= appended { low = middle + 1 } else { high = middle }
            }
            return low > 0 ? min(entries[low - 1].intended, appended) : appended
        }
    }
}
