// Marks tell what became of records: they travel with the records from chunk to batch and come back with the delivery. A mark
// is for a run of records, so that records without one cost nothing.

/// What a run of records is marked with.
package struct RecordMark: Sendable {
    /// The caller's own number.
    package let tag: UInt64?
    /// Whoever waits for the record.
    package let ticket: (any AnyObject & Sendable)?

    package init(tag: UInt64? = nil, ticket: (any AnyObject & Sendable)? = nil) {
        self.tag = tag
        self.ticket = ticket
    }

    /// Whether records with these marks are one run.
    package static func areSame(_ first: RecordMark?, _ second: RecordMark?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        return first.tag == second.tag && first.ticket === second.ticket
    }
}

/// The records of a chunk from `start` up to the next run. No mark is a mark too: it ends the run before.
struct RecordRun {
    let start: Int
    let mark: RecordMark?
}

extension RecordChunk {
    /// A number of your own for the records that are appended from now on; nil for none. Deliveries tell it, with the offsets
    /// that the records got.
    ///
    /// Best a run of records has one tag, and not each record its own: a run costs memory in the chunk and in its batches.
    public var tag: UInt64? {
        get { runs.last?.mark?.tag }
        set { mark(newValue.map { RecordMark(tag: $0) }) }
    }

    /// Marks the records that are appended from now on.
    package mutating func mark(_ mark: RecordMark?) { self.mark(mark, from: count) }

    /// Marks the records from `start` on, where no run begins later.
    mutating func mark(_ mark: RecordMark?, from start: Int) {
        if runs.last?.start == start { runs.removeLast() }
        // As they are: without a mark before the first run, with that of the last run after it.
        if RecordMark.areSame(mark, runs.last?.mark) { return }
        runs.append(RecordRun(start: start, mark: mark))
    }

    /// Whether a record is marked.
    package var hasMarks: Bool { !runs.isEmpty }

    /// The mark of a record. Logarithmic in the number of runs.
    package func mark(at index: Int) -> RecordMark? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].start <= index { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : runs[low - 1].mark
    }

    /// Calls `body` for each run of records that is marked, in part or whole within a range.
    package func forEachMark(in range: Range<Int>, _ body: (RecordMark, Range<Int>) -> Void) {
        for (index, run) in runs.enumerated() {
            let end = index + 1 < runs.count ? runs[index + 1].start : count
            let part = (run.start..<max(run.start, end)).clamped(to: range)
            if let mark = run.mark, !part.isEmpty { body(mark, part) }
        }
    }
}
