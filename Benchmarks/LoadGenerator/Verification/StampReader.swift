import KafkaClient

/// Reads the stamps of stored records, which lie where the run's configuration says.
struct StampReader: Sendable {
    let stamps: RunStamps
    /// Values are not kbench's own: every stamp lies in a header.
    let isInHeaders: Bool

    func read(_ record: borrowing Record) -> RecordStamp.Reading {
        guard let value = record.value else { return .foreign }
        return value.withUnsafeBytes { value in
            guard let key = record.key else { return read(record, value, key: nil) }
            return key.withUnsafeBytes { read(record, value, key: $0) }
        }
    }

    private func read(
        _ record: borrowing Record, _ value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?
    ) -> RecordStamp.Reading {
        if !isInHeaders, value.count >= RecordStamp.byteCount { return stamps.read(value: value, key: key) }
        // The stamp is the last header.
        guard record.headerCount > 0, let header = record.headers.last, header.key == RecordStamp.headerKey,
            let stamp = header.value
        else { return .foreign }
        return stamp.withUnsafeBytes { stamps.read(header: $0, value: value, key: key) }
    }
}
