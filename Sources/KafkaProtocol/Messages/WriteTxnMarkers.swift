/// Writes the markers that end transactions; from broker to broker (KIP-98). API key 27, versions 0 to 2; flexible from
/// 1.
///
/// Version 2 adds the version of transactions (KIP-1228). Kafka 4 speaks 1 and above.
package struct WriteTxnMarkersRequest: KafkaRequest {
    package typealias Response = WriteTxnMarkersResponse
    package static let apiKey = ApiKey.writeTxnMarkers
    package static let versions: ClosedRange<Int16> = 0...2

    package var markers: [Marker] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&markers, "markers")
        c.tags()
    }
}

extension WriteTxnMarkersRequest {
    package struct Marker: WireStruct {
        package var producerID: Int64 = 0
        package var producerEpoch: Int16 = 0
        /// False aborts.
        package var transactionResult = false
        package var topics: [Topic] = []
        package var coordinatorEpoch: Int32 = 0
        /// 0 and 1: the old protocol, 2: that of KIP-890.
        package var transactionVersion: Int8 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&producerID, "producer_id")
            c.field(&producerEpoch, "producer_epoch")
            c.field(&transactionResult, "transaction_result")
            c.field(&topics, "topics")
            c.field(&coordinatorEpoch, "coordinator_epoch")
            c.field(&transactionVersion, "transaction_version", 2..., ignorable: true)
            c.tags()
        }
    }

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

/// Which markers were written. API key 27, versions 0 to 2; flexible from 1.
package struct WriteTxnMarkersResponse: KafkaResponse {
    package typealias Request = WriteTxnMarkersRequest

    package var markers: [Marker] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&markers, "markers")
        c.tags()
    }
}

extension WriteTxnMarkersResponse {
    package struct Marker: WireStruct {
        package var producerID: Int64 = 0
        package var topics: [Topic] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&producerID, "producer_id")
            c.field(&topics, "topics")
            c.tags()
        }
    }

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

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
