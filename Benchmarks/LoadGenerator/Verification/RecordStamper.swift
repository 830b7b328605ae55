// Payloads lie ready and are shared, so a stamped record needs a copy. A chunk without headers copies values as it gets them, and
// keeps its memory for the next ones. One with headers gets an arena of its own, so that headers need not be made of strings:
//
//      keys of all records │ value │ headers │ value │ headers │ …

import KafkaClient
import KafkaTransport

/// Makes chunks of stamped records for one generator.
struct RecordStamper {
    /// What stamps say.
    private enum Content {
        /// Which record of which generator it is.
        case place(RunStamps, lane: UInt16)
        /// When it was due, by a schedule, or was made.
        case time(EndToEndStamps, OpenLoopSchedule?)
    }

    private let pool: PayloadPool
    private let content: Content
    /// Whether every stamp goes into a header.
    private let isInHeaders: Bool
    private var nextSequence: Int64 = 0
    private let scratch = Scratch()
    private var places: [Place] = []
    /// Whether the chunk of the last call has memory of its own.
    private var canRefill = false

    /// Where the parts of a record lie.
    private struct Place {
        var value: Range<Int>
        var headers: Range<Int>?
        /// The stamp's bytes within the headers; nil for one in the value.
        var stamp: Range<Int>?
    }

    init(_ pool: PayloadPool, _ stamps: RunStamps, lane: Int, isInHeaders: Bool) {
        self.pool = pool
        content = .place(stamps, lane: UInt16(lane))
        self.isInHeaders = isInHeaders
    }

    /// - Parameter schedule: says when records are due; nil where each is due when it is made.
    /// - Precondition: no value of the pool is shorter than such a stamp.
    init(_ pool: PayloadPool, _ stamps: EndToEndStamps, dueBy schedule: OpenLoopSchedule?) {
        self.pool = pool
        content = .time(stamps, schedule)
        isInHeaders = false
    }

    /// Makes a chunk of records `first` to `first + count - 1` of the run, with the next sequences of this generator.
    ///
    /// - Parameter chunk: what the last call made.
    /// - Throws: `KafkaClientError` when they have more than 4 GiB.
    mutating func fill(_ chunk: inout RecordChunk, first: Int64, count: Int) throws(KafkaClientError) {
        let keyByteCount = pool.keys?.byteCount ?? 0
        layOut(first: first, count: count, after: count * keyByteCount)
        let bytes = scratch.bytes
        // Keys shorter than their numbers' eight bytes are whole; of longer ones the front has to be zero.
        let keys = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * keyByteCount)])
        if keyByteCount > 8 { keys.initializeMemory(as: UInt8.self, repeating: 0) }
        pool.keys?.write(first: first, to: keys)
        let now = MonotonicInstant.now
        for index in 0..<count {
            let key = pool.keys.map { _ in
                UnsafeRawBufferPointer(rebasing: bytes[index * keyByteCount..<(index + 1) * keyByteCount])
            }
            write(first + Int64(index), at: places[index], key: key, sequence: nextSequence + Int64(index), now)
        }
        nextSequence += Int64(count)
        if places.contains(where: { $0.headers != nil }) {
            chunk = try makeChunk(count, keyByteCount: keyByteCount)
            canRefill = false
            return
        }
        if !canRefill { chunk = RecordChunk(capacity: count, byteCapacity: bytes.count) }
        canRefill = true
        try refill(&chunk, count, keyByteCount: keyByteCount)
    }

    private func refill(_ chunk: inout RecordChunk, _ count: Int, keyByteCount: Int) throws(KafkaClientError) {
        chunk.removeAll()
        let bytes = UnsafeRawBufferPointer(scratch.bytes).bytes
        for index in 0..<count {
            let value = bytes.extracting(places[index].value)
            if keyByteCount == 0 {
                try chunk.append(value: value)
            } else {
                try chunk.append(
                    value: value, key: bytes.extracting(index * keyByteCount..<(index + 1) * keyByteCount))
            }
        }
    }

    /// The stamps of the last chunk that lie in headers, by record; empty when none of them does.
    func headerStamps() -> [[UInt8]?] {
        guard places.contains(where: { $0.stamp != nil }) else { return [] }
        return places.map { place in place.stamp.map { Array(scratch.bytes[$0]) } }
    }

    private mutating func layOut(first: Int64, count: Int, after start: Int) {
        places.removeAll(keepingCapacity: true)
        var end = start
        for record in first..<first + Int64(count) {
            let valueByteCount = pool.valueByteCount(of: record)
            var place = Place(value: end..<end + valueByteCount)
            end += valueByteCount
            let needsHeader = isInHeaders || valueByteCount < RecordStamp.byteCount
            let headersByteCount = pool.headersByteCount(of: record, withStamp: needsHeader)
            if headersByteCount > 0 {
                place.headers = end..<end + headersByteCount
                end += headersByteCount
                if needsHeader { place.stamp = end - RecordStamp.byteCount..<end }
            }
            places.append(place)
        }
        scratch.reserve(end)
    }

    private func write(
        _ record: Int64, at place: Place, key: UnsafeRawBufferPointer?, sequence: Int64, _ now: MonotonicInstant
    ) {
        let value = UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[place.value])
        pool.copyValue(of: record, to: value)
        if let headers = place.headers {
            pool.copyHeaders(
                of: record, to: UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[headers]),
                withStamp: place.stamp != nil)
        }
        switch content {
        case .time(let stamps, let schedule):
            stamps.stamp(value, number: record, due: schedule?.intended(record) ?? now)
        case .place(let stamps, let lane):
            guard let stamp = place.stamp else {
                return stamps.stamp(value, key: key, lane: lane, sequence: sequence)
            }
            stamps.stamp(
                header: UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[stamp]),
                value: UnsafeRawBufferPointer(value), key: key, lane: lane, sequence: sequence)
        }
    }

    private func makeChunk(_ count: Int, keyByteCount: Int) throws(KafkaClientError) -> RecordChunk {
        let end = places.last.map { $0.headers?.upperBound ?? $0.value.upperBound } ?? 0
        let arena = try RecordArena(bytes: UnsafeRawBufferPointer(rebasing: scratch.bytes[..<end]).bytes)
        var chunk = RecordChunk(sharing: arena, capacity: count)
        for index in 0..<count {
            try chunk.append(
                keyAt: pool.keys == nil ? nil : index * keyByteCount..<(index + 1) * keyByteCount,
                valueAt: places[index].value, headersAt: places[index].headers)
        }
        return chunk
    }

    /// Memory that is used for one chunk after the other.
    private final class Scratch {
        private(set) var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

        func reserve(_ byteCount: Int) {
            if byteCount <= bytes.count { return }
            bytes.deallocate()
            bytes = .allocate(byteCount: max(byteCount, 64 << 10), alignment: 16)
        }

        deinit { bytes.deallocate() }
    }
}
