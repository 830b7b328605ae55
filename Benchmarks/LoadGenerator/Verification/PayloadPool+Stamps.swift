import KafkaClient

extension RecordChunk {
    /// How many of the first `count` records get a header for their stamp.
    func countOfStampHeaders(_ count: Int, isInHeaders: Bool) -> Int {
        if isInHeaders { return count }
        return (0..<count).count { (value(at: $0)?.byteCount ?? 0) < RecordStamp.byteCount }
    }
}

// What a stamped copy of a record takes from the pool.
extension PayloadPool {
    func valueByteCount(of record: Int64) -> Int { ring.value(at: slot(of: record))?.byteCount ?? 0 }

    /// - Precondition: `target` has the value's size.
    func copyValue(of record: Int64, to target: UnsafeMutableRawBufferPointer) {
        ring.value(at: slot(of: record))?.withUnsafeBytes { target.copyMemory(from: $0) }
    }

    /// Bytes of the record's headers as a record has them, their count in front; 0 for none.
    func headersByteCount(of record: Int64, withStamp: Bool) -> Int {
        let own = headerSet(of: record)?.byteCount ?? 0
        guard withStamp else { return own }
        return stampPrefix.count + RecordStamp.byteCount + max(0, own - ownHeaderCountByteCount)
    }

    /// Writes the headers. The bytes of the stamp itself, the last ones, are left to the caller.
    ///
    /// - Precondition: `target` has `headersByteCount`.
    func copyHeaders(of record: Int64, to target: UnsafeMutableRawBufferPointer, withStamp: Bool) {
        guard withStamp else {
            headerSet(of: record)?.withUnsafeBytes { target.copyMemory(from: $0) }
            return
        }
        // The count, the record's own headers, and the stamp's key with the length of its value.
        let count = stampPrefix.prefix(stampCountByteCount)
        target.copyBytes(from: count)
        var end = count.count
        headerSet(of: record)?.withUnsafeBytes { own in
            let headers = UnsafeRawBufferPointer(rebasing: own[ownHeaderCountByteCount...])
            UnsafeMutableRawBufferPointer(rebasing: target[end...]).copyMemory(from: headers)
            end += headers.count
        }
        UnsafeMutableRawBufferPointer(rebasing: target[end...]).copyBytes(
            from: stampPrefix.dropFirst(stampCountByteCount))
    }

    /// The stamp as it stands in a record behind the record's own headers: how many headers there are, then the stamp's key and
    /// the length of its value, without the value.
    static func stampPrefix(behind headerCount: Int) -> (bytes: [UInt8], countByteCount: Int) {
        let stamp = RecordHeader(key: RecordStamp.headerKey, value: Array(repeating: 0, count: RecordStamp.byteCount))
        let alone = RecordChunk.encoded([stamp])
        let empty = Array(repeating: RecordHeader(key: "", value: []), count: headerCount + 1)
        // Each of the empty headers takes two bytes.
        let count = RecordChunk.encoded(empty).dropLast(2 * empty.count)
        return (count + alone.dropFirst().dropLast(RecordStamp.byteCount), count.count)
    }

    @_lifetime(borrow self)
    private func headerSet(of record: Int64) -> RawSpan? {
        if headerBytes.isEmpty { return nil }
        return headerBytes.value(at: slot(of: record) % headerBytes.count)
    }

    private func slot(of record: Int64) -> Int { Int(record % Int64(payloadCount)) }
}
