/// Deletes the records of partitions before an offset (KIP-107). API key 21, versions 0 to 2; flexible from 2.
package struct DeleteRecordsRequest: KafkaRequest {
    package typealias Response = DeleteRecordsResponse
    package static let apiKey = ApiKey.deleteRecords
    package static let versions: ClosedRange<Int16> = 0...2

    package var topics: [Topic] = []
    package var timeoutMs: Int32 = 0

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.field(&timeoutMs, "timeout_ms")
        c.tags()
    }
}

extension DeleteRecordsRequest {
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
        /// Records before it are deleted; −1 for the high watermark.
        package var offset: Int64 = 0

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&offset, "offset")
            c.tags()
        }
    }
}

/// Where partitions begin after a deletion. API key 21, versions 0 to 2; flexible from 2.
package struct DeleteRecordsResponse: KafkaResponse {
    package typealias Request = DeleteRecordsRequest

    package var throttleTimeMs: Int32 = 0
    package var topics: [Topic] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&topics, "topics")
        c.tags()
    }
}

extension DeleteRecordsResponse {
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
        /// −1 after an error.
        package var lowWatermark: Int64 = 0
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&index, "partition_index")
            c.field(&lowWatermark, "low_watermark")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
