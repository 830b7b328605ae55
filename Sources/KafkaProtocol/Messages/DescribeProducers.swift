/// Asks for the producers that are active on partitions (KIP-664). API key 61, version 0; flexible.
package struct DescribeProducersRequest: KafkaRequest {
    package typealias Response = DescribeProducersResponse
    package static let apiKey = ApiKey.describeProducers
    package static let versions: ClosedRange<Int16> = 0...0

    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.tags()
    }
}

extension DescribeProducersRequest {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitionIndexes: [Int32] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitionIndexes, "partition_indexes")
            c.tags()
        }
    }
}

/// The producers that are active on partitions (KIP-664). API key 61, version 0; flexible.
package struct DescribeProducersResponse: KafkaResponse {
    package typealias Request = DescribeProducersRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&topics, "topics")
        c.tags()
    }
}

extension DescribeProducersResponse {
    package struct Topic: WireStruct {
        package var name: String = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.field(&partitions, "partitions")
            c.tags()
        }
    }

    package struct Partition: WireStruct {
        package var index: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        package var activeProducers: [ActiveProducer] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.field(&activeProducers, "active_producers")
            c.tags()
        }
    }

    package struct ActiveProducer: WireStruct {
        package var producerID: Int64 = 0
        package var producerEpoch: Int32 = 0
        /// −1 when not known.
        package var lastSequence: Int32 = -1
        /// −1 when not known.
        package var lastTimestamp: Int64 = -1
        package var coordinatorEpoch: Int32 = 0
        /// −1 when there is no transaction.
        package var currentTxnStartOffset: Int64 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&producerID, "producer_id")
            c.field(&producerEpoch, "producer_epoch")
            c.field(&lastSequence, "last_sequence", default: -1)
            c.field(&lastTimestamp, "last_timestamp", default: -1)
            c.field(&coordinatorEpoch, "coordinator_epoch")
            c.field(&currentTxnStartOffset, "current_txn_start_offset", default: -1)
            c.tags()
        }
    }
}
