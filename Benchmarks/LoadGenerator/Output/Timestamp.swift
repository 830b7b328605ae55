import KafkaTransport

/// A moment in UTC, to the millisecond, as the files write it.
package struct Timestamp: Sendable, Equatable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let epochMs: Int64

    package init(epochMs: Int64) { self.epochMs = epochMs }

    package init(_ time: WallTime) { epochMs = time.millisecondsSince1970 }

    /// `2026-03-01T12:34:56.789Z`.
    package var iso8601: String {
        let p = parts
        let date = "\(p.year)-\(Self.padded(p.month, 2))-\(Self.padded(p.day, 2))"
        let time = "\(Self.padded(p.hour, 2)):\(Self.padded(p.minute, 2)):\(Self.padded(p.second, 2))"
        return "\(date)T\(time).\(Self.padded(p.millisecond, 3))Z"
    }

    /// `20260301T123456Z`: good as a folder's name, sorts by time.
    package var compact: String {
        let p = parts
        let date = "\(p.year)\(Self.padded(p.month, 2))\(Self.padded(p.day, 2))"
        return "\(date)T\(Self.padded(p.hour, 2))\(Self.padded(p.minute, 2))\(Self.padded(p.second, 2))Z"
    }

    private struct Parts {
        let year, month, day, hour, minute, second, millisecond: Int64
    }

    /// The civil date of a day count, by Howard Hinnant's `civil_from_days`.
    private var parts: Parts {
        let days = Self.floorDivide(epochMs, 86_400_000)
        let inDay = epochMs - days * 86_400_000
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return Parts(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, hour: inDay / 3_600_000,
            minute: inDay / 60_000 % 60, second: inDay / 1000 % 60, millisecond: inDay % 1000)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
