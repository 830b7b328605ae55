/// What is wrong with received bytes, or with a message to be sent.
///
/// Remote bytes never trap: bytes that are not what was expected end in one of these errors.
package struct WireError: KafkaError, Equatable {
    /// The message and version, "ProduceResponse v9"; empty outside a message.
    package internal(set) var message: String
    /// The path of the field, "responses[0].partition_responses[2].error_code"; empty outside a field.
    package internal(set) var field: String
    /// Where it went wrong: bytes from the beginning of the buffer read or written.
    package let byteOffset: Int
    /// What was expected there, and what was found.
    package let expected: String

    package init(message: String = "", field: String = "", byteOffset: Int, expected: String) {
        self.message = message
        self.field = field
        self.byteOffset = byteOffset
        self.expected = expected
    }

    package var code: KafkaClientError.Code { .protocolViolation }

    package var description: String {
        let subject = [message, field].filter { !$0.isEmpty }.joined(separator: " ")
        return "\(subject.isEmpty ? "wire" : subject): at byte \(byteOffset), expected \(expected)"
    }

    /// Puts the enclosing field's name before the path, on the way out of nested fields.
    mutating func enclose(in outer: String) {
        if field.isEmpty || field.hasPrefix("[") {
            field = outer + field
        } else {
            field = outer + "." + field
        }
    }
}
