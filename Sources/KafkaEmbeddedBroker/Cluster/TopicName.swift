/// Kafka's rules of a topic's name.
///
/// Source: `org.apache.kafka.common.internals.Topic.validate`.
enum TopicName {
    static let byteCountMax = 249

    /// What is wrong with a name, nil when nothing is.
    static func objection(to name: String) -> String? {
        if name.isEmpty { return "a topic name is empty" }
        if name == "." || name == ".." { return "a topic name cannot be \"\(name)\"" }
        if name.utf8.count > byteCountMax {
            return "a topic name has \(name.utf8.count) characters, at most \(byteCountMax) are allowed"
        }
        let isLegal = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isLegal
            ? nil : "topic name \"\(name)\" has characters other than ASCII letters, digits, '.', '_' and '-'"
    }
}
