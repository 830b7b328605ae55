/// Kafka's rule of a topic's name: 1 to 249 ASCII letters, digits, '.', '_' and '-', but neither "." nor "..".
///
/// Source: `org.apache.kafka.common.internals.Topic.validate`.
package enum TopicName {
    /// The most characters of a name. Each legal one takes one byte.
    package static let characterCountMax = 249

    package static func isLegal(_ name: String) -> Bool { objection(to: name) == nil }

    /// What is wrong with a name; nil for a legal one.
    package static func objection(to name: String) -> String? {
        if name.isEmpty { return "a topic name is empty" }
        if name == "." || name == ".." { return "a topic name cannot be \"\(name)\"" }
        if !name.utf8.allSatisfy(isLegal) {
            return "topic name \"\(name)\" has characters other than ASCII letters, digits, '.', '_' and '-'"
        }
        if name.utf8.count > characterCountMax {
            return "a topic name has \(name.utf8.count) characters, at most \(characterCountMax) are allowed"
        }
        return nil
    }

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
