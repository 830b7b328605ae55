// To touch memory for the first time costs more than to copy a batch into it: the system is entered for each page, and clears it, and
// a virtual machine gets it from its host before that. So segments are cut from regions that the system may back by huge pages, can be
// touched before they are needed, and are used again, last in, first out.

import Synchronization

/// The memory of all logs of a broker.
final class SegmentPool: Sendable {
    static let segmentByteCount = 256 << 10
    /// Segments from this length on are cut from longer ones; others are too many to be worth it.
    private static let cutByteCountMin = 32 << 10

    /// What segments shorter than usual are cut from; nil before the first.
    private let open = Mutex<LogSegment?>(nil)
    private let free = Mutex<[MemorySlice]>([])
    private let freeCountMax: Int

    /// - Parameter freeByteCountMax: the bytes of segments that are kept for later; others go back to the system.
    init(freeByteCountMax: Int) { freeCountMax = max(8, freeByteCountMax / Self.segmentByteCount) }

    /// A segment of so many bytes; very short ones, and longer ones than usual, are not from a region.
    func makeSegment(_ byteCount: Int) -> LogSegment {
        switch byteCount {
        case Self.segmentByteCount: makeUsualSegment()
        case Self.cutByteCountMin..<Self.segmentByteCount: cutSegment(byteCount)
        default: LogSegment(MemoryRegion(byteCount: byteCount).whole, of: nil)
        }
    }

    private func makeUsualSegment() -> LogSegment {
        LogSegment(free.withLock { $0.popLast() } ?? cutRegion(), of: self)
    }

    private func cutSegment(_ byteCount: Int) -> LogSegment {
        open.withLock { open in
            if let segment = open?.takeSegment(byteCount) { return segment }
            let whole = makeUsualSegment()
            open = whole
            return whole.takeSegment(byteCount)!
        }
    }

    private func cutRegion() -> MemorySlice {
        guard let region = MemoryRegion.map(count: 1).first else { fatalError("the system has no memory for a log") }
        let slices = Self.slices(of: region)
        free.withLock { $0 += slices.dropFirst().reversed() }
        return slices[0]
    }

    private static func slices(of region: MemoryRegion) -> [MemorySlice] {
        stride(from: 0, to: region.memory.count, by: segmentByteCount).map {
            MemorySlice(region: region, range: $0..<$0 + segmentByteCount)
        }
    }

    func giveBack(_ slice: MemorySlice) {
        free.withLock { free in
            if free.count < freeCountMax { free.append(slice) }
        }
    }

    /// Takes memory from the system and touches it, so that segments cost nothing but to be filled. It may be called by several threads
    /// at once, and takes a second for each GiB where the machine is a virtual one.
    ///
    /// - Parameter byteCount: what does not fit among the bytes that are kept for later is left out, and what the system does not have.
    func prepare(_ byteCount: Int) {
        let slicesPerRegion = MemoryRegion.mappedByteCount / Self.segmentByteCount
        let count = (byteCount + MemoryRegion.mappedByteCount - 1) / MemoryRegion.mappedByteCount
        for region in MemoryRegion.map(count: min(count, freeCountMax / slicesPerRegion)).reversed() {
            region.touch()
            let slices = Self.slices(of: region).reversed()
            free.withLock { $0 += slices }
        }
    }

    /// The bytes of segments that are there for later.
    var freeByteCount: Int { free.withLock { $0.count } * Self.segmentByteCount }
}

/// A part of a region.
struct MemorySlice: Sendable {
    let region: MemoryRegion
    let range: Range<Int>

    var memory: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: region.memory[range]) }
}
