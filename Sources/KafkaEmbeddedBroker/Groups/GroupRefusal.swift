import KafkaProtocol

/// Why a group does not do what a request wants.
struct GroupRefusal: Error, Equatable {
    let code: KafkaErrorCode
    let message: String

    /// - Parameter message: nil for the code's own.
    init(_ code: KafkaErrorCode, _ message: String? = nil) {
        self.code = code
        self.message = message ?? code.message
    }
}
