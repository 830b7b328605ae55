// What a door that takes records one by one does not say: which record of the run was the n-th that it got. The generator that
// uses the door notes it here, a run of records at a time, and the recorders look it up when batches come back.
//
//      place in the door's order   0 … 199       200 … 455      456 …          one entry per chunk of the generator
//      record of the run           1000 … 1199   1400 … 1655    1800 …
//
// Entries go when all of their records were found.

import Synchronization

/// Which records of a run went through one door, in its order.
final class HandedRecords: Sendable {
    fileprivate struct Entry {
        let place: Int64
        let record: Int64
        var count: Int64
        /// Of those, how many were not found yet.
        var left: Int64
    }

    fileprivate struct State {
        var entries: [Entry] = []
        /// Entries before this one are gone.
        var head = 0
        var nextPlace: Int64 = 0
    }

    private let state = Mutex(State())

    /// Notes the records that the door gets next.
    func add(_ record: Int64, count: Int64) {
        if count == 0 { return }
        state.withLock { state in
            let last = state.entries.count - 1
            if last >= state.head, state.entries[last].record + state.entries[last].count == record {
                state.entries[last].count += count
                state.entries[last].left += count
            } else {
                state.entries.append(Entry(place: state.nextPlace, record: record, count: count, left: count))
            }
            state.nextPlace += count
        }
    }

    /// Finds the records of the run at places `first`, `first + stride`, …, each once.
    ///
    /// - Parameter body: gets the first record of a run, the distance from one to the next, and how many they are.
    /// - Returns: how many places were not noted.
    func take(
        _ first: Int64, stride: Int64, count: Int64, _ body: (_ record: Int64, _ stride: Int64, _ count: Int64) -> Void
    ) -> Int64 {
        if stride < 1 {
            // Seldom: tasks that share a door have come out of turn.
            return (0..<count).reduce(0) { $0 + take(first + stride * $1, stride: 1, count: 1, body) }
        }
        return state.withLock { state in
            defer { state.forgetFound() }
            return state.take(first, stride, count, body)
        }
    }

    /// Finds the records of the run at places that follow no order, each once.
    ///
    /// - Parameters:
    ///   - base: what is to be subtracted from a number to have its place.
    ///   - records: gets them; a place that was not noted is left out.
    func take(_ numbers: ArraySlice<Int64>, numberedFrom base: Int64, into records: inout [Int64]) {
        state.withLock { state in
            for number in numbers { _ = state.take(number - base, 1, 1) { record, _, _ in records.append(record) } }
            state.forgetFound()
        }
    }

    /// Entries that are kept. For tests.
    var entryCount: Int { state.withLock { $0.entries.count - $0.head } }
}

extension HandedRecords.State {
    /// - Parameter stride: at least 1.
    /// - Returns: how many places were not noted.
    fileprivate mutating func take(
        _ first: Int64, _ stride: Int64, _ count: Int64, _ body: (Int64, Int64, Int64) -> Void
    ) -> Int64 {
        var (place, left) = (first, count)
        var index = index(of: place)
        while left > 0, index < entries.count {
            let entry = entries[index]
            let end = entry.place + entry.count
            guard place >= entry.place else { break }
            if place < end {
                let part = min(left, (end - place + stride - 1) / stride)
                body(entry.record + place - entry.place, stride, part)
                entries[index].left -= part
                place += part * stride
                left -= part
            }
            index += 1
        }
        return left
    }

    /// The last entry that begins at a place or before it; the first one when none does.
    fileprivate func index(of place: Int64) -> Int {
        var (low, high) = (head, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].place <= place { low = middle + 1 } else { high = middle }
        }
        return max(head, low - 1)
    }

    fileprivate mutating func forgetFound() {
        // The last one may still grow.
        while head + 1 < entries.count, entries[head].left <= 0 { head += 1 }
        if head > 1024, head > entries.count / 2 {
            entries.removeFirst(head)
            head = 0
        }
    }
}
