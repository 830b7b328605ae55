/// A span of a program's that spans of deliveries stand below: its trace and its id, as W3C's Trace Context writes them.
public struct TraceParent: Sendable, Hashable {
    /// The trace's id: 32 hexadecimal digits, not all zero.
    public let traceID: String
    /// The span's id: 16 hexadecimal digits, not all zero.
    public let spanID: String

    /// Reads a `traceparent` header, version 00: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. Nil when it is none.
    public init?(_ traceparent: String) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "00", parts[3].utf8.count == 2 else { return nil }
        self.init(traceID: String(parts[1]), spanID: String(parts[2]))
    }

    /// Nil when the ids are not of so many digits, or zero.
    public init?(traceID: String, spanID: String) {
        guard Self.isID(traceID, digitCount: 32), Self.isID(spanID, digitCount: 16) else { return nil }
        self.traceID = traceID
        self.spanID = spanID
    }

    private static func isID(_ text: String, digitCount: Int) -> Bool {
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        return text.utf8.count == digitCount && isHex && text.contains { $0 != "0" }
    }

    /// Sixteen digits.
    static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
