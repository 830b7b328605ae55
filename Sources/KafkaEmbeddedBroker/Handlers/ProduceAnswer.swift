import KafkaProtocol

/// Writes a produce response part by part, while the request is walked. Its size is known at the end only.
///
/// Source: `ProduceResponse.json`, versions 3 to 13.
struct ProduceAnswer {
    private let header: RequestHeader
    private let version: Int16
    private let isFlexible: Bool
    private let hintsAtLeaders: Bool
    private(set) var hasErrors = false
    /// Whether the answer names a new leader, so that it has to name its endpoint too (KIP-951).
    private(set) var hasMoved = false

    /// - Parameter hintsAtLeaders: whether the answer names new leaders, in versions that can.
    init(_ header: RequestHeader, hintsAtLeaders: Bool) {
        self.header = header
        self.hintsAtLeaders = hintsAtLeaders && header.apiVersion >= 10
        version = header.apiVersion
        isFlexible = ApiKey.produce.isFlexible(version: version)
    }

    func begin(topicCount: Int, _ writer: inout WireWriter) {
        writer.reset()
        writer.int32(header.correlationID)
        endStructure(&writer)
        writer.arrayCount(topicCount, compact: isFlexible)
    }

    func beginTopic(
        _ name: UnsafeRawBufferPointer, _ id: KafkaUUID, partitionCount: Int, _ writer: inout WireWriter
    ) {
        if version >= 13 {
            writer.uuid(id)
        } else {
            if isFlexible { writer.unsignedVarint(UInt32(name.count) + 1) } else { writer.int16(Int16(name.count)) }
            writer.raw(name)
        }
        writer.arrayCount(partitionCount, compact: isFlexible)
    }

    mutating func add(_ index: Int32, _ result: PartitionLog.Appended, _ writer: inout WireWriter) {
        if result.errorCode != .none { hasErrors = true }
        writer.int32(index)
        writer.int16(result.errorCode.rawValue)
        writer.int64(result.baseOffset)
        writer.int64(result.logAppendTimeMs)
        if version >= 5 { writer.int64(result.startOffset) }
        if version >= 8 {
            writer.arrayCount(0, compact: isFlexible)  // record errors
            writer.nullableString(nil, compact: isFlexible)  // error message
        }
        guard hintsAtLeaders, result.errorCode == .notLeaderOrFollower, result.leadership.leaderID >= 0 else {
            return endStructure(&writer)
        }
        hasMoved = true
        writer.unsignedVarint(1)
        writer.unsignedVarint(0)  // tag: current leader
        writer.unsignedVarint(9)
        writer.int32(result.leadership.leaderID)
        writer.int32(result.leadership.leaderEpoch)
        writer.unsignedVarint(0)
    }

    /// An empty section of tagged fields, in versions that have them.
    func endStructure(_ writer: inout WireWriter) {
        if isFlexible { writer.unsignedVarint(0) }
    }

    /// - Parameters:
    ///   - nodes: the nodes whose endpoints the answer names; none when no leader has moved.
    ///   - tellsServiceTime: whether there is a place for how long the broker had the request, which is known when the answer
    ///     leaves.
    /// - Returns: where that place is, eight bytes; nil without one.
    func finish(
        throttleMs: Int32, nodes: [NodeEndpoint], tellsServiceTime: Bool, _ writer: inout WireWriter
    ) -> Int? {
        writer.int32(throttleMs)
        guard isFlexible else { return nil }
        writer.unsignedVarint((nodes.isEmpty ? 0 : 1) + (tellsServiceTime ? 1 : 0))
        if !nodes.isEmpty { write(nodes, &writer) }
        guard tellsServiceTime else { return nil }
        writer.unsignedVarint(ProduceResponse.serviceTimeTag)
        writer.unsignedVarint(8)
        writer.int64(-1)
        return writer.ownByteCount - 8
    }

    private func write(_ nodes: [NodeEndpoint], _ writer: inout WireWriter) {
        var list = WireWriter(capacity: 1024)
        list.arrayCount(nodes.count, compact: true)
        for node in nodes {
            list.int32(node.nodeID)
            list.string(node.host, compact: true)
            list.int32(node.port)
            list.nullableString(nil, compact: true)
            list.unsignedVarint(0)
        }
        writer.unsignedVarint(0)  // tag: node endpoints
        writer.unsignedVarint(UInt32(list.ownByteCount))
        list.withUnsafeBytes { writer.raw($0) }
    }
}
