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

/// The numbers of the records of a batch, in their order: runs with the same distance from one to the next, and where those are
/// of two records, as where keys scatter them, each by itself from there on.
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
    /// The numbers of the records behind those of the runs.
    package private(set) var scattered: [Int64] = []

    package init() {}

    /// Those of the first records.
    package var runs: [Run] { last.count == 0 ? complete : complete + [last] }

    package var isEmpty: Bool { last.count == 0 && scattered.isEmpty }

    /// Calls `body` for each of `runs`.
    package func forEachRun(_ body: (Run) -> Void) {
        for run in complete { body(run) }
        if last.count > 0 { body(last) }
    }

    /// Adds the number of the next record.
    @inline(__always)
    package mutating func add(_ number: Int64) {
        if !scattered.isEmpty {
            scattered.append(number)
        } else if last.count > 1, last.next == number {
            last.count += 1
        } else if last.count == 1, let stride = Int32(exactly: number - last.first) {
            (last.stride, last.count) = (stride, 2)
        } else {
            begin(number)
        }
    }

    /// Adds the numbers of the next records, which follow each other.
    ///
    /// - Parameter count: below 2³².
    package mutating func add(_ first: Int64, count: Int) {
        if !scattered.isEmpty {
            scattered.append(contentsOf: first..<first + Int64(count))
        } else if last.count > 0, last.stride == 1, last.next == first {
            last.count += UInt32(count)
        } else if count > 0 {
            begin(Run(first: first, stride: 1, count: UInt32(count)))
        }
    }

    /// Adds the numbers of records of a chunk.
    package mutating func add(_ numbering: RecordNumbering, _ range: Range<Int>) {
        guard let places = numbering.places else {
            return add(numbering.first + Int64(range.lowerBound), count: range.count)
        }
        for index in range { add(numbering.first + Int64(places[index])) }
    }

    /// Adds the numbers of records of a chunk that go to one slot each.
    ///
    /// - Parameters:
    ///   - slots: of all of the chunk's records.
    ///   - numbers: of each slot, from slot -1 on.
    package static func add(
        _ numbering: RecordNumbering, _ range: Range<Int>, slots: [Int32],
        to numbers: UnsafeMutableBufferPointer<RecordNumbers>
    ) {
        if let places = numbering.places {
            for index in range { numbers[Int(slots[index]) + 1].add(numbering.first + Int64(places[index])) }
        } else {
            var number = numbering.first + Int64(range.lowerBound)
            for index in range {
                numbers[Int(slots[index]) + 1].add(number)
                number += 1
            }
        }
    }

    private static let runCountUsual = 8
    private static let scatteredCountUsual = 256

    /// Adds a number that does not continue the last run.
    @inline(never)
    private mutating func begin(_ number: Int64) {
        // Two runs of two are no accident: the next one would be as short.
        if last.count == 2, let before = complete.last, before.count == 2 {
            scattered.reserveCapacity(Self.scatteredCountUsual)
            scattered.append(number)
        } else {
            begin(Run(first: number, stride: 1, count: 1))
        }
    }

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
        forEachRun { run in
            let part = (start..<start + Int(run.count)).clamped(to: range)
            if !part.isEmpty {
                let skipped = Int64(part.lowerBound - start)
                result.begin(
                    Run(first: run.first + skipped * Int64(run.stride), stride: run.stride, count: UInt32(part.count)))
            }
            start += Int(run.count)
        }
        let rest = (start..<start + scattered.count).clamped(to: range)
        if !rest.isEmpty { result.scattered = Array(scattered[rest.lowerBound - start..<rest.upperBound - start]) }
        return result
    }
}
