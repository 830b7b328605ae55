import KafkaProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// The broker spends most of its time on Produce, so the request is walked by hand: a batch costs its CRC, a lock, and
// thirty bytes of answer.
extension Session {
    func handleProduce(_ header: RequestHeader, _ frame: UnsafeRawBufferPointer, _ body: WireReader) {
        let walker = ProduceWalker(frame, body: body, version: header.apiVersion)
        // The whole request is checked before any batch is appended: one that is cut or garbled changes nothing.
        guard walker.isWellFormed(isKnown: { lastTopic?.isNamed($0) ?? false }) else { return reject() }
        withFaults(header, targets: { targets(of: walker) }) { plan in
            var walker = walker
            var answer = ProduceAnswer(header, hintsAtLeaders: cluster.configuration.hintsAtLeaders)
            produce(&walker, &answer, plan)
            guard walker.acks != 0 else {
                // There is no other way to say that something failed (Kafka does the same).
                if answer.hasErrors { hangUp() }
                return
            }
            let place = answer.finish(
                throttleMs: throttleMs, nodes: answer.hasMoved ? cluster.advertisedNodes : [],
                tellsServiceTime: cluster.configuration.tellsServiceTime, &scratch)
            output.writer.int32(Int32(scratch.ownByteCount))
            if let place { output.serviceTimes.append((output.writer.ownByteCount + place, received)) }
            scratch.withUnsafeBytes { output.writer.raw($0) }
        }
    }

    private func produce(_ walker: inout ProduceWalker, _ answer: inout ProduceAnswer, _ plan: FaultPlan) {
        answer.begin(topicCount: walker.topicCount, &scratch)
        for _ in 0..<walker.topicCount {
            let reference = walker.topic()
            let name = walker.bytes(reference.name)
            let topic = find(reference, name)
            answer.beginTopic(name, reference.id, partitionCount: reference.partitionCount, &scratch)
            for _ in 0..<reference.partitionCount {
                let (index, records) = walker.partition()
                let batch = BatchToAppend(
                    index: index, records: records, version: walker.version, acks: walker.acks,
                    transactionalID: walker.transactionalID)
                let result = append(batch, to: topic, isByID: walker.version >= 13, plan)
                if result.errorCode != .none { shard.counters.refusedBatches.increment() }
                answer.add(index, result, &scratch)
            }
            answer.endStructure(&scratch)
            walker.endStructure()
        }
    }

    private func find(_ reference: ProduceWalker.TopicReference, _ name: UnsafeRawBufferPointer) -> Topic? {
        let isByID = reference.id != .zero
        if let last = lastTopic, !last.isOutdated, isByID ? last.id == reference.id : last.isNamed(name) { return last }
        let topic =
            isByID ? cluster.topic(id: reference.id) : cluster.topic(named: String(decoding: name, as: UTF8.self))
        if let topic { lastTopic = topic }
        return topic
    }

    private func append(
        _ batch: BatchToAppend, to topic: Topic?, isByID: Bool, _ plan: FaultPlan
    ) -> PartitionLog.Appended {
        var result = PartitionLog.Appended()
        if let code = plan.error(topic: topic?.name, partition: batch.index) {
            result.errorCode = code
            return result
        }
        guard let topic else {
            result.errorCode = isByID ? .unknownTopicId : .unknownTopicOrPartition
            return result
        }
        guard let partition = topic.partition(batch.index) else {
            result.errorCode = .unknownTopicOrPartition
            return result
        }
        let records: UnsafeRawBufferPointer
        let header: RecordBatchHeader
        do {
            (records, header) = try batch.check(
                messageByteCountMax: topic.messageByteCountMax.load(ordering: .relaxed))
        } catch {
            if error.isChecksumMismatch { shard.counters.checksumFailures.increment() }
            result.errorCode = error.code
            if error.isOfLog { result.startOffset = partition.startOffset }
            return result
        }
        recordCount += Int(header.recordCount)
        if header.attributes.isTransactional, let code = transactionRefusal(batch, header, topic, partition) {
            result.errorCode = code
            return result
        }
        let fault = plan.storageFault(topic: topic.name, partition: batch.index)
        result = fault.map { pretend($0, records, header, in: partition) } ?? store(records, header, in: partition)
        if result.isNew { storeHeldBatches(of: partition) }
        if let code = plan.errorAfterStore(topic: topic.name, partition: batch.index) {
            result.errorCode = code
            result.baseOffset = -1
        }
        return result
    }

    /// Why a partition does not take a batch of a transaction; nil when it does.
    private func transactionRefusal(
        _ batch: BatchToAppend, _ header: RecordBatchHeader, _ topic: Topic, _ log: PartitionLog
    ) -> KafkaErrorCode? {
        guard let id = batch.transactionalID, log.leadership.leaderID == node.id,
            !log.hasOpenTransaction(of: header.producerID, header.producerEpoch)
        else { return nil }
        let partition = TransactionPartition(topic: topic.name, topicID: topic.id, index: batch.index)
        do throws(TransactionRefusal) {
            // From version 12 on, a batch brings its partition with it (KIP-890).
            try cluster.openTransaction(id, header, of: partition, in: log, adds: batch.version >= 12)
            return nil
        } catch {
            return error.code
        }
    }

    func store(
        _ records: UnsafeRawBufferPointer, _ header: RecordBatchHeader, in partition: PartitionLog
    ) -> PartitionLog.Appended {
        guard partition.isKeeping, cluster.reserve(records.count, for: partition) else {
            return partition.append(header, records, keptIn: nil, node: node.id)
        }
        let result = partition.append(header, records, keptIn: cluster.segments, node: node.id)
        if !result.isNew { cluster.release(records.count) }
        return result
    }

    private func targets(of walker: ProduceWalker) -> [FaultScript.Target] {
        var walker = walker
        var targets: [FaultScript.Target] = []
        for _ in 0..<walker.topicCount {
            let reference = walker.topic()
            let name =
                walker.version >= 13
                ? cluster.topic(id: reference.id)?.name : String(decoding: walker.bytes(reference.name), as: UTF8.self)
            for _ in 0..<reference.partitionCount {
                targets.append(FaultScript.Target(topic: name, partition: walker.partition().index))
            }
            walker.endStructure()
        }
        return targets
    }
}

extension Topic {
    func isNamed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == nameBytes.count, let start = bytes.baseAddress else { return false }
        return memcmp(start, nameBytes, bytes.count) == 0
    }
}
