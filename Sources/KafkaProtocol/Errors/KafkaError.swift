/// The protocol of this package's errors: each has a code for programs, and a description for people.
///
/// The client throws ``KafkaClientError``, a codec `CodecError`, the embedded broker `EmbeddedBrokerError`. They share their
/// codes, so that one `catch` suffices for all:
///
/// ```swift
/// } catch let error as any KafkaError where error.code == .recordTooLarge {
/// ```
public protocol KafkaError: Error, Sendable, CustomStringConvertible {
    /// What went wrong. The code of a failure does not change from version to version.
    var code: KafkaClientError.Code { get }
}
