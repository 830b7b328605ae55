// Numbers tell which record is which after a builder has spread a chunk over batches: they travel with the records from chunk
// to batch and come back with the delivery. A chunk has one number for all of its records, and a batch has runs of numbers, so
// that records without numbers cost nothing and those with numbers next to nothing.

/// The numbers of the records of a chunk: one after the other, from the first on.
package struct RecordNumbering: Sendable, Equatable {
    /// The number of the chunk's first record, as it was when it was numbered.
    package var first: Int64
    /// Where each record was then; nil while all lie where they were.
    package fileprivate(set) var places: [UInt32]?

    package init(first: Int64) { self.first = first }

    /// The number of a record.
    package subscript(index: Int) -> Int64 { first + Int64(places?[index] ?? UInt32(index)) }

    /// The numbers of records that are taken from the chunk.
    ///
    /// - Parameter indices: where they lie in the chunk, in their new order.
    func selecting(_ indices: some Sequence<Int>) -> RecordNumbering {
        var result = RecordNumbering(first: first)
        result.places = indices.map { places?[$0] ?? UInt32($0) }
        return result
    }
}

/// The numbers of the records of a batch, in their order: runs with the same distance from one to the next.
package struct RecordNumbers: Sendable, Equatable {
    /// Numbers `first`, `first + stride`, … `count` of them.
    package struct Run: Sendable, Equatable {
        package var first: Int64
        package var stride: Int32
        package var count: UInt32

        package init(first: Int64, stride: Int32, count: UInt32) {
            self.first = first
            self.stride = stride
            self.count = count
        }

        /// The number that would make the run longer.
        var next: Int64 { first + Int64(stride) * Int64(count) }
    }

    /// All runs but the last one, which is the one that grows: an array costs more to change.
    private var complete: [Run] = []
    /// With a count of 0 there is none.
    private var last = Run(first: 0, stride: 0, count: 0)

    package init() {}

    package var runs: [Run] { last.count == 0 ? complete : complete + [last] }

    package var isEmpty: Bool { last.count == 0 }

    /// Adds the number of the next record.
    @inline(__always)
    package mutating func add(_ number: Int64) {
        if last.count > 1, last.next == number {
            last.count += 1
        } else if last.count == 1, let stride = Int32(exactly: number - last.first) {
            (last.stride, last.count) = (stride, 2)
        } else {
            begin(Run(first: number, stride: 1, count: 1))
        }
    }

    /// Adds the numbers of the next records, which follow each other.
    ///
    /// - Parameter count: below 2³².
    package mutating func add(_ first: Int64, count: Int) {
        if last.count > 0, last.stride == 1, last.next == first {
            last.count += UInt32(count)
        } else if count > 0 {
            begin(Run(first: first, stride: 1, count: UInt32(count)))
        }
    }

    private static let runCountUsual = 32

    private mutating func begin(_ run: Run) {
        if last.count > 0 {
            // Where there are two runs, there are many.
            if complete.isEmpty { complete.reserveCapacity(Self.runCountUsual) }
            complete.append(last)
        }
        last = run
    }

    /// The numbers of some of the records.
    ///
    /// - Parameter range: their places in the batch.
    package func part(_ range: Range<Int>) -> RecordNumbers {
        var result = RecordNumbers()
        var start = 0
        for run in runs {
            let part = (start..<start + Int(run.count)).clamped(to: range)
            if !part.isEmpty {
                let skipped = Int64(part.lowerBound - start)
                result.begin(
                    Run(first: run.first + skipped * Int64(run.stride), stride: run.stride, count: UInt32(part.count)))
            }
            start += Int(run.count)
        }
        return result
    }
}
