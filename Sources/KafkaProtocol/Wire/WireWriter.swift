#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Appends Kafka's primitive types to a buffer that grows and is kept from frame to frame.
///
/// Record batches are not copied into it: `spliceExternal(byteCount:)` notes how many bytes of the caller's belong at the
/// current position. The sender gathers the writer's own pieces and the external buffers, in order, into one write.
///
/// `error` keeps the first value that could not be written (a string too long); the frame must then not be sent.
package struct WireWriter: ~Copyable {
    /// So many external bytes belong before the own byte at `position`.
    package struct Splice: Equatable, Sendable {
        package internal(set) var position: Int
        package let byteCount: Int
    }

    /// A state of the writer to go back to.
    struct Mark {
        let byteCount: Int
        let externalByteCount: Int
        let spliceCount: Int
    }

    // Invariant: base points to `capacity` bytes, of which the first `ownByteCount` are initialised.
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    /// Bytes in the writer itself, without externals.
    package private(set) var ownByteCount = 0
    /// Bytes of all splices.
    package private(set) var externalByteCount = 0
    /// In the order of their positions; several may share one.
    package private(set) var splices: [Splice] = []
    package private(set) var error: WireError?
    /// Whether there is an `error`; kept apart because every field asks.
    package private(set) var hasFailed = false

    package init(capacity: Int = 4096) {
        self.capacity = max(capacity, 64)
        self.base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit {
        base.deallocate()
    }

    /// Own and external bytes together: what goes on the wire.
    package var frameByteCount: Int { ownByteCount + externalByteCount }

    /// The own bytes, valid during `body`.
    package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: ownByteCount))
    }

    /// Goes through what goes on the wire in order: calls `own` for each stretch of own bytes, none of them empty, and
    /// `external` for each splice. Own bytes are valid until the writer is written to, reset or gone.
    package func forEachPiece(
        own: (UnsafeRawBufferPointer) -> Void, external: (_ byteCount: Int) -> Void
    ) {
        let bytes = UnsafeRawBufferPointer(start: base, count: ownByteCount)
        var position = 0
        for splice in splices {
            if position < splice.position { own(UnsafeRawBufferPointer(rebasing: bytes[position..<splice.position])) }
            external(splice.byteCount)
            position = splice.position
        }
        if position < bytes.count { own(UnsafeRawBufferPointer(rebasing: bytes[position...])) }
    }

    /// Overwrites what was written, which was a secret, and empties the writer.
    package mutating func erase() {
        #if canImport(Darwin)
            memset_s(base, capacity, 0, capacity)
        #else
            explicit_bzero(base, capacity)
        #endif
        reset()
    }

    /// Empties the writer and keeps its memory.
    package mutating func reset() {
        ownByteCount = 0
        externalByteCount = 0
        splices.removeAll(keepingCapacity: true)
        error = nil
        hasFailed = false
    }

    // MARK: Failing and going back

    package mutating func fail(expected: String) {
        if !hasFailed {
            hasFailed = true
            error = WireError(byteOffset: frameByteCount, expected: expected)
        }
    }

    @inline(never)
    mutating func encloseError(in field: StaticString) {
        error?.enclose(in: field.description)
    }

    @inline(never)
    mutating func encloseError(inElement index: Int) {
        error?.enclose(in: "[\(index)]")
    }

    func mark() -> Mark {
        Mark(byteCount: ownByteCount, externalByteCount: externalByteCount, spliceCount: splices.count)
    }

    /// Drops what was written since `mark`, and the error, which is given back.
    mutating func rewind(to mark: Mark) -> WireError? {
        defer {
            error = nil
            hasFailed = false
        }
        ownByteCount = mark.byteCount
        externalByteCount = mark.externalByteCount
        splices.removeLast(splices.count - mark.spliceCount)
        return error
    }

    // MARK: Fixed width

    package mutating func int8(_ value: Int8) { append(value) }
    package mutating func int16(_ value: Int16) { append(value) }
    package mutating func int32(_ value: Int32) { append(value) }
    package mutating func int64(_ value: Int64) { append(value) }
    package mutating func uint16(_ value: UInt16) { append(value) }
    package mutating func uint32(_ value: UInt32) { append(value) }
    package mutating func float64(_ value: Double) { append(value.bitPattern) }
    package mutating func bool(_ value: Bool) { append(value ? 1 as UInt8 : 0) }

    package mutating func uuid(_ value: KafkaUUID) {
        append(value.high)
        append(value.low)
    }

    private mutating func append<T: FixedWidthInteger>(_ value: T) {
        reserve(MemoryLayout<T>.size)
        base.storeBytes(of: value.bigEndian, toByteOffset: ownByteCount, as: T.self)
        ownByteCount += MemoryLayout<T>.size
    }

    // MARK: Variable width

    package mutating func unsignedVarint(_ value: UInt32) {
        if value < 0x80 {
            append(UInt8(truncatingIfNeeded: value))
        } else {
            appendVarint(UInt64(value))
        }
    }

    /// Zigzag.
    package mutating func varint(_ value: Int32) {
        unsignedVarint(UInt32(bitPattern: (value << 1) ^ (value >> 31)))
    }

    /// Zigzag.
    package mutating func varlong(_ value: Int64) {
        appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    private mutating func appendVarint(_ value: UInt64) {
        reserve(10)
        var rest = value
        while rest >= 0x80 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: ownByteCount, as: UInt8.self)
            ownByteCount += 1
            rest >>= 7
        }
        base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: ownByteCount, as: UInt8.self)
        ownByteCount += 1
    }

    // MARK: Bytes

    /// Appends bytes as they are, without a length.
    package mutating func raw(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        reserve(source.count)
        (base + ownByteCount).copyMemory(from: start, byteCount: source.count)
        ownByteCount += source.count
    }

    /// Leaves room for own bytes that `withRoom` writes.
    mutating func leaveRoom(byteCount: Int) {
        reserve(byteCount)
        (base + ownByteCount).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        ownByteCount += byteCount
    }

    /// Gives the own bytes before a splice to `body`, to be written.
    ///
    /// - Parameters:
    ///   - index: of the splice in `splices`.
    ///   - byteCount: as many as room was left for.
    package mutating func withRoom(
        beforeSplice index: Int, byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let end = splices[index].position
        precondition(byteCount >= 0 && byteCount <= end)
        body(UnsafeMutableRawBufferPointer(start: base + (end - byteCount), count: byteCount))
    }

    /// Notes that `byteCount` bytes kept elsewhere belong here. Nothing is copied.
    package mutating func spliceExternal(byteCount: Int) {
        precondition(byteCount >= 0, "a splice has \(byteCount) bytes")
        guard byteCount > 0 else { return }
        splices.append(Splice(position: ownByteCount, byteCount: byteCount))
        externalByteCount += byteCount
    }

    private mutating func reserve(_ byteCount: Int) {
        if ownByteCount + byteCount > capacity {
            grow(toFit: ownByteCount + byteCount)
        }
    }

    @inline(never)
    private mutating func grow(toFit byteCount: Int) {
        let wanted = max(byteCount, capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        larger.copyMemory(from: base, byteCount: ownByteCount)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    // MARK: Sizes known afterwards

    /// Replaces the big-endian integer at `position`, written before as a placeholder.
    package mutating func patch<T: FixedWidthInteger>(_ value: T, at position: Int) {
        precondition(position >= 0 && position + MemoryLayout<T>.size <= ownByteCount)
        base.storeBytes(of: value.bigEndian, toByteOffset: position, as: T.self)
    }

    /// Puts the size of everything written since `mark`, as an unsigned varint, before it.
    ///
    /// Moves those bytes: for tagged fields, which are small and rare.
    mutating func prependSize(since mark: Mark) {
        let contentByteCount = ownByteCount - mark.byteCount
        let size = UInt32(contentByteCount + externalByteCount - mark.externalByteCount)
        unsignedVarint(size)
        let prefixByteCount = ownByteCount - mark.byteCount - contentByteCount
        withUnsafeTemporaryAllocation(byteCount: prefixByteCount, alignment: 1) { prefix in
            guard let prefixBase = prefix.baseAddress else { return }
            prefixBase.copyMemory(from: base + (ownByteCount - prefixByteCount), byteCount: prefixByteCount)
            let start = base + mark.byteCount
            (start + prefixByteCount).copyMemory(from: start, byteCount: contentByteCount)
            start.copyMemory(from: prefixBase, byteCount: prefixByteCount)
        }
        for index in mark.spliceCount..<splices.count {
            splices[index].position += prefixByteCount
        }
    }
}
