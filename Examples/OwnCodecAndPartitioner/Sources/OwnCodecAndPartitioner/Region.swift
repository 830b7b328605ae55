import KafkaClient

/// Keys are "region-number". The records of a region share a partition, whatever the number.
enum Region: String, CaseIterable {
    case north, east, south, west

    init?(ofKey key: some Sequence<UInt8>) {
        guard let region = Region.allCases.first(where: { key.starts(with: $0.rawValue.utf8) }) else { return nil }
        self = region
    }

    func partition(of partitionCount: Int) -> Int32 {
        Int32(Region.allCases.firstIndex(of: self)! % partitionCount)
    }

    /// A partitioner of one's own: it is asked for each record, and gives a partition or -1 for any.
    static let partitioner = CustomPartitioner { key, partitionCount in
        key.flatMap { Region(ofKey: $0) }?.partition(of: partitionCount) ?? -1
    }
}
