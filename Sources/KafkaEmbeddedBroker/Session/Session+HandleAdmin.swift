import KafkaProtocol

extension Session {
    /// The APIs of those who look after a cluster.
    static let adminAPIs: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.createPartitions, CreatePartitionsRequest.versions), (.deleteRecords, DeleteRecordsRequest.versions),
        (.describeConfigs, DescribeConfigsRequest.versions),
        (.incrementalAlterConfigs, IncrementalAlterConfigsRequest.versions),
        (.electLeaders, ElectLeadersRequest.versions), (.offsetForLeaderEpoch, OffsetForLeaderEpochRequest.versions),
        (.describeCluster, DescribeClusterRequest.versions),
        (.describeTopicPartitions, DescribeTopicPartitionsRequest.versions),
        (.listPartitionReassignments, ListPartitionReassignmentsRequest.versions),
    ]

    /// Serves a request of somebody who looks after the cluster.
    func handleAdmin(_ header: RequestHeader, _ reader: WireReader) {
        switch header.apiKey {
        case .createPartitions: serve(CreatePartitionsRequest.self, header, reader, handleCreatePartitions)
        case .deleteRecords: serve(DeleteRecordsRequest.self, header, reader, handleDeleteRecords)
        case .describeConfigs: serve(DescribeConfigsRequest.self, header, reader, handleDescribeConfigs)
        case .incrementalAlterConfigs:
            serve(IncrementalAlterConfigsRequest.self, header, reader, handleIncrementalAlterConfigs)
        case .electLeaders: serve(ElectLeadersRequest.self, header, reader, handleElectLeaders)
        case .offsetForLeaderEpoch: serve(OffsetForLeaderEpochRequest.self, header, reader, handleOffsetForLeaderEpoch)
        case .describeCluster: serve(DescribeClusterRequest.self, header, reader, handleDescribeCluster)
        case .describeTopicPartitions:
            serve(DescribeTopicPartitionsRequest.self, header, reader, handleDescribeTopicPartitions)
        case .listPartitionReassignments:
            serve(ListPartitionReassignmentsRequest.self, header, reader, handleListPartitionReassignments)
        // As in Kafka, a request that was not offered is not answered.
        default: reject()
        }
    }
}
