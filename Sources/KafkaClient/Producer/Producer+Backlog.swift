extension Producer {
    /// What a producer holds at a moment.
    public struct Backlog: Sendable, Hashable {
        /// The records that lanes were given and whose fate is not known. Those that are still being gathered, for some
        /// milliseconds, are not counted, and chunks that are appended to ``Producer/builder`` directly distort it.
        public let recordCount: Int
        /// The memory of records that are not in batches yet, chunks that are being filled included.
        public let gatheredByteCount: Int
        /// The memory of batches that are open, queued or in flight, or that are still referenced after their delivery.
        public let batchByteCount: Int
        /// The number of appends that wait for room.
        public let waitingAppends: Int
    }

    /// What is waiting now. Its bytes together stay within ``BuilderConfiguration/memoryByteCountMax``, but for a record that
    /// is longer than its part of that.
    public var backlog: Backlog { engine.backlog }
}

extension ProducerMemory {
    init(_ backlog: Producer.Backlog, of totalByteCount: Int) {
        self.init(
            totalByteCount: totalByteCount, takenByteCount: backlog.gatheredByteCount + backlog.batchByteCount,
            waitingAppends: backlog.waitingAppends)
    }
}
