import KafkaProtocol

/// What reads bytes that somebody else made: one decoder, and the promises that it is held to.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case requests, responses, batches, frames, services, gzip, snappy, lz4, zstd, tls, sasl, json, groups

    /// A promise that a decoder broke. What it must never do at all (trap, hang, read past the end) shows by itself.
    package struct Finding: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// Gives bytes to the decoder.
    ///
    /// - Returns: whether the decoder understood all of them.
    /// - Throws: `Finding`. Bytes that the decoder refuses are none.
    @discardableResult
    package func run(_ bytes: [UInt8]) throws(Finding) -> Bool {
        switch self {
        case .requests: try RequestsTarget.run(bytes)
        case .responses: try ResponsesTarget.run(bytes)
        case .batches: try BatchesTarget.run(bytes)
        case .frames: try FramesTarget.run(bytes)
        case .services: try ServicesTarget.run(bytes)
        case .gzip: try CodecFuzzing(.gzip).run(bytes)
        case .snappy: try CodecFuzzing(.snappy).run(bytes)
        case .lz4: try CodecFuzzing(.lz4).run(bytes)
        case .zstd: try CodecFuzzing(.zstd).run(bytes)
        case .tls: try TLSTarget.run(bytes)
        case .sasl: try SASLTarget.run(bytes)
        case .json: try JSONTarget.run(bytes)
        case .groups: try GroupsTarget.run(bytes)
        }
    }

    /// Where a search begins: bytes that the decoder understands.
    package var seeds: [[UInt8]] {
        switch self {
        case .requests: RequestsTarget.seeds
        case .responses: ResponsesTarget.seeds
        case .batches: BatchesTarget.seeds
        case .frames: FramesTarget.seeds
        case .services: ServicesTarget.seeds
        case .gzip: CodecFuzzing(.gzip).seeds
        case .snappy: CodecFuzzing(.snappy).seeds
        case .lz4: CodecFuzzing(.lz4).seeds
        case .zstd: CodecFuzzing(.zstd).seeds
        case .tls: TLSTarget.seeds
        case .sasl: SASLTarget.seeds
        case .json: JSONTarget.seeds
        case .groups: GroupsTarget.seeds
        }
    }
}

/// Holds a message that was understood to the promise that it can be said again, and means the same.
func expectSame(_ message: String, whenSaidAgain isSame: () throws(WireError) -> Bool) throws(FuzzTarget.Finding) {
    let holds: Bool
    do throws(WireError) {
        holds = try isSame()
    } catch {
        throw FuzzTarget.Finding("\(message) was understood, but can't be said again: \(error)")
    }
    try expect(holds, "\(message) comes back otherwise")
}

func expect(_ holds: Bool, _ promise: @autoclosure () -> String) throws(FuzzTarget.Finding) {
    if !holds { throw FuzzTarget.Finding(promise()) }
}
