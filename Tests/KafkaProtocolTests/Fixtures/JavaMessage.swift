/// One body that Kafka's own classes encoded.
struct JavaMessage {
    let name: String
    let versions: ClosedRange<Int16>
    /// Every field set, or none.
    let isFilled: Bool
    var bytes: [UInt8] = []

    /// Those of requests and responses.
    static let all: [JavaMessage] = [
        javaRequests, javaResponses, javaGroupRequests, javaGroupResponses, javaShareGroupRequests,
        javaShareGroupResponses, javaTransactionRequests, javaTransactionResponses, javaAdminRequests,
        javaAdminResponses,
    ].flatMap(parse)

    private static let byName = Dictionary(grouping: all + parse(javaPrefixedStructs), by: \.name)

    static func bytes(_ name: String, version: Int16, isFilled: Bool) -> [UInt8]? {
        byName[name]?.first { $0.versions.contains(version) && $0.isFilled == isFilled }?.bytes
    }

    private static func parse(_ text: String) -> [JavaMessage] {
        var messages: [JavaMessage] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("> ") {
                let words = line.split(separator: " ")
                let ends = words[2].split(separator: "-").compactMap { Int16($0) }
                messages.append(
                    JavaMessage(name: String(words[1]), versions: ends[0]...ends[1], isFilled: words[3] == "filled"))
            } else {
                messages[messages.count - 1].bytes += hex(String(line))
            }
        }
        return messages
    }
}

/// The bytes that pairs of hexadecimal digits stand for; blanks are allowed between.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
    return stride(from: 0, to: digits.count, by: 2).map { index in
        UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
    }
}
