// With --verify every record has a stamp: in the first bytes of its value, or, where a value has no room or is not kbench's
// own, in a header named "kbench". Big-endian:
//
//       0  run        4    a number at random, of this run alone
//       4  checksum   4
//       8  lane       2    the generator that made the record
//      10  sequence   6    the record's place in what that generator made, from 0 on
//      16  the rest of the value

import KafkaProtocol

/// Which record of a run it is.
struct RecordStamp: Equatable {
    let lane: UInt16
    let sequence: Int64

    /// Of a stamp, wherever it lies.
    static let byteCount = 16
    static let headerKey = "kbench"
    /// What a stamp in a header adds to the record's size: the header's key and value.
    static let headerByteCount = headerKey.utf8.count + byteCount
    /// Sequences are below this.
    static let sequenceEnd: Int64 = 1 << 48

    /// What the stamp of a stored record says.
    enum Reading: Equatable {
        /// The record is one of the run, as it was made.
        case intact(RecordStamp)
        /// The record is one of the run, and is not as it was made.
        case corrupted
        /// The record has no stamp of the run. It is somebody else's, or damaged beyond recognition.
        case foreign
    }
}

/// Writes and reads the stamps of one run.
///
/// The checksum is the CRC-32C of lane, sequence and value, combined with that of the key and with the run's number. So of a
/// record one of whose parts is damaged it can still be told that it is the run's, also when the part is the run's number.
struct RunStamps: Sendable {
    let run: UInt32

    private static let checksumAt = 4
    private static let placeAt = 8
    /// Odd, so that products differ where factors do.
    private static let keyFactor: UInt32 = 0x9E37_79B1
    private static let valueFactor: UInt32 = 0x85EB_CA6B

    /// Writes a stamp over the first bytes of a value.
    ///
    /// - Precondition: `value` has `RecordStamp.byteCount` bytes or more, and all but those are what they will be.
    func stamp(_ value: UnsafeMutableRawBufferPointer, key: UnsafeRawBufferPointer?, lane: UInt16, sequence: Int64) {
        write(lane, sequence, to: value)
        let checksum = checksum(inValue: UnsafeRawBufferPointer(value), key: key)
        value.storeBytes(of: checksum.bigEndian, toByteOffset: Self.checksumAt, as: UInt32.self)
    }

    /// Writes a stamp that is to be the value of a header.
    ///
    /// - Precondition: `header` has `RecordStamp.byteCount` bytes.
    func stamp(
        header: UnsafeMutableRawBufferPointer, value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?,
        lane: UInt16, sequence: Int64
    ) {
        write(lane, sequence, to: header)
        let checksum = checksum(inHeader: UnsafeRawBufferPointer(header), value: value, key: key)
        header.storeBytes(of: checksum.bigEndian, toByteOffset: Self.checksumAt, as: UInt32.self)
    }

    /// Reads the stamp of a value; a value that is too short has none.
    func read(value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?) -> RecordStamp.Reading {
        guard value.count >= RecordStamp.byteCount else { return .foreign }
        return judge(value, checksum: checksum(inValue: value, key: key))
    }

    /// Reads the stamp of a header; a header of another size is none.
    func read(
        header: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?
    ) -> RecordStamp.Reading {
        guard header.count == RecordStamp.byteCount else { return .foreign }
        return judge(header, checksum: checksum(inHeader: header, value: value, key: key))
    }

    private func write(_ lane: UInt16, _ sequence: Int64, to stamp: UnsafeMutableRawBufferPointer) {
        assert(sequence < RecordStamp.sequenceEnd)
        stamp.storeBytes(of: run.bigEndian, as: UInt32.self)
        let place = UInt64(lane) << 48 | UInt64(truncatingIfNeeded: sequence)
        stamp.storeBytes(of: place.bigEndian, toByteOffset: Self.placeAt, as: UInt64.self)
    }

    private func checksum(inValue value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?) -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: value[Self.placeAt...])) ^ checksum(key) ^ run
    }

    private func checksum(
        inHeader header: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?
    ) -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: header[Self.placeAt...]))
            ^ CRC32C.checksum(value) &* Self.valueFactor ^ checksum(key) ^ run
    }

    /// Tells no key from an empty one.
    private func checksum(_ key: UnsafeRawBufferPointer?) -> UInt32 {
        key.map { (CRC32C.checksum($0) ^ 1) &* Self.keyFactor } ?? 0
    }

    private func judge(_ stamp: UnsafeRawBufferPointer, checksum: UInt32) -> RecordStamp.Reading {
        let hasRun = UInt32(bigEndian: stamp.loadUnaligned(as: UInt32.self)) == run
        let hasChecksum =
            UInt32(bigEndian: stamp.loadUnaligned(fromByteOffset: Self.checksumAt, as: UInt32.self)) == checksum
        guard hasRun || hasChecksum else { return .foreign }
        guard hasRun, hasChecksum else { return .corrupted }
        let place = UInt64(bigEndian: stamp.loadUnaligned(fromByteOffset: Self.placeAt, as: UInt64.self))
        return .intact(
            RecordStamp(lane: UInt16(place >> 48), sequence: Int64(place & UInt64(RecordStamp.sequenceEnd - 1))))
    }
}
