// Apart from the client, which does without Foundation: programs that have their bytes in `Data` import this too.

public import KafkaClient

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Data: RecordBytes {
    /// Calls `body` with the data's bytes. They are not copied before they lie in the record's chunk.
    @inlinable public borrowing func withRecordBytes<Result, Failure: Error>(
        _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(bytes) }
}
