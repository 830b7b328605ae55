// Of kbench end-to-end every record has a stamp in the first bytes of its value. Big-endian:
//
//       0  run       4    a number at random, of what one producing part sends
//       4  origin    4    whose monotonic clock it is
//       8  kind      2    0x6B62 of records that count, 0x6B77 of those of a warm-up
//      10  number    6    the record's number in the run, from 0 on
//      16  due       8    when it was due (open loop) or made (closed loop), in ns of that clock
//      24  the rest of the value

import KafkaClient
import KafkaTransport

/// When a record was due, and which one of which run it is.
struct EndToEndStamp: Equatable {
    let run: UInt32
    let origin: UInt32
    let isWarmUp: Bool
    /// Below 2⁴⁸.
    let number: Int64
    let due: MonotonicInstant

    static let byteCount = 24
    fileprivate static let numberBits = 48
    fileprivate static let kind: UInt64 = 0x6B62
    fileprivate static let warmUpKind: UInt64 = 0x6B77

    /// Reads the first bytes of a value; nil when they are no stamp.
    init?(_ value: RawSpan) {
        guard value.byteCount >= Self.byteCount else { return nil }
        self.init(
            run: UInt32(bigEndian: value.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self)),
            origin: UInt32(bigEndian: value.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt32.self)),
            place: UInt64(bigEndian: value.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            due: Int64(bigEndian: value.unsafeLoadUnaligned(fromByteOffset: 16, as: Int64.self)))
    }

    private init?(run: UInt32, origin: UInt32, place: UInt64, due: Int64) {
        let kind = place >> UInt64(Self.numberBits)
        guard kind == Self.kind || kind == Self.warmUpKind else { return nil }
        (self.run, self.origin, isWarmUp) = (run, origin, kind == Self.warmUpKind)
        number = Int64(place & (1 << UInt64(Self.numberBits) - 1))
        self.due = MonotonicInstant(nanoseconds: due)
    }
}

/// Writes the stamps of one run.
struct EndToEndStamps: Sendable, Equatable {
    let run: UInt32
    var origin = ClockOrigin.own
    var isWarmUp = false

    /// The same for what is sent before the clock starts.
    var warmUp: EndToEndStamps { EndToEndStamps(run: run, origin: origin, isWarmUp: true) }

    /// Of a run whose number nobody else has: what an earlier one with the same seed has left in a topic is not taken for it.
    static func random() -> EndToEndStamps { EndToEndStamps(run: .random(in: .min ... .max)) }

    /// Writes a stamp over the first bytes of a value.
    ///
    /// - Precondition: `value` has `EndToEndStamp.byteCount` bytes or more; `number` is 0 … 2⁴⁸ − 1.
    func stamp(_ value: UnsafeMutableRawBufferPointer, number: Int64, due: MonotonicInstant) {
        let kind = isWarmUp ? EndToEndStamp.warmUpKind : EndToEndStamp.kind
        let place = kind << UInt64(EndToEndStamp.numberBits) | UInt64(truncatingIfNeeded: number)
        value.storeBytes(of: run.bigEndian, as: UInt32.self)
        value.storeBytes(of: origin.bigEndian, toByteOffset: 4, as: UInt32.self)
        value.storeBytes(of: place.bigEndian, toByteOffset: 8, as: UInt64.self)
        value.storeBytes(of: due.nanoseconds.bigEndian, toByteOffset: 16, as: Int64.self)
    }
}
