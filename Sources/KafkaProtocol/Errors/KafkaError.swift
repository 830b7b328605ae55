/// What every error of this package is: a code for programs, and a description for people.
///
/// The client throws ``KafkaClientError``, a codec `CodecError`, the embedded broker `EmbeddedBrokerError`. They share their
/// codes, so that one `catch` serves them all:
///
/// ```swift
/// } catch let error as any KafkaError where error.code == .recordTooLarge {
/// ```
public protocol KafkaError: Error, Sendable, CustomStringConvertible {
    /// What went wrong. Stable: a failure keeps its code from version to version.
    var code: KafkaClientError.Code { get }
}
