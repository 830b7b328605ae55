import KafkaProtocol

extension Session {
    /// The APIs of share groups (KIP-932).
    static let shareAPIs: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.shareGroupHeartbeat, ShareGroupHeartbeatRequest.versions),
        (.shareGroupDescribe, ShareGroupDescribeRequest.versions), (.shareFetch, ShareFetchRequest.versions),
        (.shareAcknowledge, ShareAcknowledgeRequest.versions),
        (.describeShareGroupOffsets, DescribeShareGroupOffsetsRequest.versions),
        (.alterShareGroupOffsets, AlterShareGroupOffsetsRequest.versions),
        (.deleteShareGroupOffsets, DeleteShareGroupOffsetsRequest.versions),
    ]

    /// Serves a request of share groups.
    ///
    /// - Returns: false when it is none.
    func handleShare(_ header: RequestHeader, _ reader: WireReader) -> Bool {
        switch header.apiKey {
        case .shareGroupHeartbeat: serve(ShareGroupHeartbeatRequest.self, header, reader, handleShareGroupHeartbeat)
        case .shareGroupDescribe: serve(ShareGroupDescribeRequest.self, header, reader, handleShareGroupDescribe)
        case .shareFetch: serve(ShareFetchRequest.self, header, reader, handleShareFetch)
        case .shareAcknowledge: serve(ShareAcknowledgeRequest.self, header, reader, handleShareAcknowledge)
        case .describeShareGroupOffsets:
            serve(DescribeShareGroupOffsetsRequest.self, header, reader, handleDescribeShareGroupOffsets)
        case .alterShareGroupOffsets:
            serve(AlterShareGroupOffsetsRequest.self, header, reader, handleAlterShareGroupOffsets)
        case .deleteShareGroupOffsets:
            serve(DeleteShareGroupOffsetsRequest.self, header, reader, handleDeleteShareGroupOffsets)
        default: return false
        }
        return true
    }
}
