import KafkaProtocol

/// The requests spoken here; each knows its response.
package let spokenRequests: [any KafkaRequest.Type] = [
    ApiVersionsRequest.self, MetadataRequest.self, ProduceRequest.self, FetchRequest.self, ListOffsetsRequest.self,
    CreateTopicsRequest.self, DeleteTopicsRequest.self, InitProducerIDRequest.self, FindCoordinatorRequest.self,
    SASLHandshakeRequest.self, SASLAuthenticateRequest.self, GetTelemetrySubscriptionsRequest.self,
    PushTelemetryRequest.self, JoinGroupRequest.self, SyncGroupRequest.self, HeartbeatRequest.self,
    LeaveGroupRequest.self, OffsetCommitRequest.self, OffsetFetchRequest.self, OffsetForLeaderEpochRequest.self,
    ConsumerGroupHeartbeatRequest.self, ConsumerGroupDescribeRequest.self, ShareGroupHeartbeatRequest.self,
    ShareGroupDescribeRequest.self, ShareFetchRequest.self, ShareAcknowledgeRequest.self,
    AddPartitionsToTxnRequest.self, AddOffsetsToTxnRequest.self, EndTxnRequest.self, TxnOffsetCommitRequest.self,
    WriteTxnMarkersRequest.self, DescribeTransactionsRequest.self, ListTransactionsRequest.self,
    DescribeGroupsRequest.self, ListGroupsRequest.self, DeleteGroupsRequest.self, OffsetDeleteRequest.self,
    DescribeConfigsRequest.self, IncrementalAlterConfigsRequest.self, AlterConfigsRequest.self,
    CreatePartitionsRequest.self, DeleteRecordsRequest.self, ElectLeadersRequest.self, DescribeClusterRequest.self,
    DescribeProducersRequest.self, AlterPartitionReassignmentsRequest.self, ListPartitionReassignmentsRequest.self,
    DescribeTopicPartitionsRequest.self, DescribeShareGroupOffsetsRequest.self, AlterShareGroupOffsetsRequest.self,
    DeleteShareGroupOffsetsRequest.self,
]

extension KafkaRequest {
    package static var responseType: any KafkaResponse.Type { Response.self }
}

/// Bytes in memory of their own exact size, so that the address sanitizer sees every read past their end.
package func withExactCopy<R, E: Error>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeRawBufferPointer) throws(E) -> R
) throws(E) -> R {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(copy))
}

extension WireWriter {
    package var content: [UInt8] { withUnsafeBytes { Array($0) } }
}
