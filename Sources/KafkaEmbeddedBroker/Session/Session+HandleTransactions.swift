import KafkaProtocol

extension Session {
    /// The APIs of transactions.
    static let transactionAPIs: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.addPartitionsToTxn, AddPartitionsToTxnRequest.versions), (.addOffsetsToTxn, AddOffsetsToTxnRequest.versions),
        (.endTxn, EndTxnRequest.versions), (.txnOffsetCommit, TxnOffsetCommitRequest.versions),
        (.describeProducers, DescribeProducersRequest.versions),
        (.describeTransactions, DescribeTransactionsRequest.versions),
        (.listTransactions, ListTransactionsRequest.versions),
    ]

    /// Serves a request of transactions.
    func handleTransactions(_ header: RequestHeader, _ reader: WireReader) {
        switch header.apiKey {
        case .addPartitionsToTxn: serve(AddPartitionsToTxnRequest.self, header, reader, handleAddPartitionsToTxn)
        case .addOffsetsToTxn: serve(AddOffsetsToTxnRequest.self, header, reader, handleAddOffsetsToTxn)
        case .endTxn: serve(EndTxnRequest.self, header, reader, handleEndTxn)
        case .txnOffsetCommit: serve(TxnOffsetCommitRequest.self, header, reader, handleTxnOffsetCommit)
        case .describeProducers: serve(DescribeProducersRequest.self, header, reader, handleDescribeProducers)
        case .describeTransactions: serve(DescribeTransactionsRequest.self, header, reader, handleDescribeTransactions)
        case .listTransactions: serve(ListTransactionsRequest.self, header, reader, handleListTransactions)
        default: handleAdmin(header, reader)
        }
    }

    /// Refuses requests for a transactional id that another node coordinates.
    func checkCoordinator(of id: String) throws(TransactionRefusal) {
        if cluster.coordinatorID(of: id) != node.id { throw TransactionRefusal(.notCoordinator) }
    }
}

extension TransactionRefusal {
    /// The code in the words of a request's version: before `version` there was one word for who comes too late.
    func code(since version: Int16, _ header: RequestHeader) -> KafkaErrorCode {
        code == .producerFenced && header.apiVersion < version ? .invalidProducerEpoch : code
    }
}
