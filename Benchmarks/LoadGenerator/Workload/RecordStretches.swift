// Records are handed out in stretches, each a whole number of rounds of the payload pool. A lane that takes stretch after
// stretch, whichever the others leave it, therefore goes round the pool without a break: what follows the last payload is
// always the first.
//
//      stretch 0        stretch 1        stretch 2        stretch 3
//      0 1 2 0 1 2      0 1 2 0 1 2      0 1 2 0 1 2      0 1        payloads, of which there are 3
//      lane A           lane B           lane B           lane A

import Synchronization

/// The records of a run, handed out to its generators.
package final class RecordStretches: Sendable {
    private let next = Atomic<Int64>(0)
    private let total: Int64
    private let size: Int64

    /// - Parameter total: records, at most 10^18.
    package init(total: Int64, of pool: PayloadPool) {
        self.total = total
        size = Int64(pool.stretchRecordCount)
    }

    /// The numbers of the records that the caller is to make, in its own order of asking; nil when none are left.
    package func take() -> Range<Int64>? {
        let first = next.add(size, ordering: .relaxed).oldValue
        return first < total ? first..<min(first + size, total) : nil
    }
}
