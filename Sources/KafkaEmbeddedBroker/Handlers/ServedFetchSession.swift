import KafkaProtocol

/// What a client reads over one connection, as it has told in pieces (KIP-227). A value, without I/O.
///
/// A request names what has changed since the one before, and an answer has the partitions of which there is something to tell:
///
///      request, epoch 0    all partitions          answer   all partitions, and the session's id
///      request, epoch n    what has changed        answer   partitions with records, with errors, with other offsets than before
///
/// As in Kafka, a partition whose records an answer has is the last one to be read for the next: so none starves behind busy ones
/// when an answer is full.
///
/// As in Kafka too, a session ends when its last partition leaves it.
///
/// Kafka keeps sessions for clients that come back over another connection; here one ends with its connection, and the client
/// begins anew.
struct ServedFetchSession {
    /// What an answer is to be.
    enum Answer {
        /// All that was asked for, without a session.
        case whole
        /// All that was asked for, with the session that begins.
        case first
        /// What there is to tell.
        case changes
        case refused(KafkaErrorCode)
    }

    private struct TopicKey: Hashable {
        let id: KafkaUUID
        let name: String
    }

    private struct PartitionKey: Hashable {
        /// The topic's place in `topics`.
        let topic: Int
        let index: Int32
    }

    /// A partition that is read, and what was told of it.
    private struct Reading {
        /// The topic's place in `topics`.
        var topic: Int
        var asked: FetchRequest.Partition
        var highWatermark: Int64 = -1
        var logStartOffset: Int64 = -1
        /// An error is told until it is over.
        var errorCode = KafkaErrorCode.none

        /// Notes what is told.
        ///
        /// - Returns: whether it is worth telling without records.
        mutating func note(_ answer: FetchResponse.Partition) -> Bool {
            defer {
                highWatermark = answer.highWatermark
                logStartOffset = answer.logStartOffset
                errorCode = answer.errorCode
            }
            return answer.errorCode != .none || errorCode != .none || answer.divergingEpoch.endOffset >= 0
                || answer.highWatermark != highWatermark || answer.logStartOffset != logStartOffset
        }
    }

    /// 0 without a session.
    private(set) var id: Int32 = 0
    private var nextEpoch: Int32 = 0
    /// Those with partitions that are read. Their partitions are in `readings`.
    private var topics: [FetchRequest.Topic] = []
    private var topicPlaces: [TopicKey: Int] = [:]
    private var readings: [Reading] = []
    private var places: [PartitionKey: Int] = [:]
    /// The places of `readings` in the order in which they are read.
    private var order: [Int] = []
    /// What is asked for, in that order; nil when it has changed since it was made.
    private var request: [FetchRequest.Topic]?

    var partitionCount: Int { readings.count }

    /// Takes a request, and completes it by what the session knows.
    ///
    /// - Parameter makeID: an id for a session that begins with so many partitions, above 0; nil when there is no room for it.
    mutating func take(_ request: inout FetchRequest, makeID: (_ partitionCount: Int) -> Int32?) -> Answer {
        if request.sessionEpoch <= 0 {
            // A full request ends the session that it names, or begins another one.
            self = ServedFetchSession()
            guard request.sessionEpoch == 0, request.sessionID >= 0 else { return .whole }
            guard change(by: request), let id = makeID(readings.count) else {
                self = ServedFetchSession()
                return .whole
            }
            (self.id, nextEpoch) = (id, 1)
            request.topics = completed()
            return .first
        }
        guard id != 0, request.sessionID == id else { return .refused(.fetchSessionIdNotFound) }
        guard request.sessionEpoch == nextEpoch else { return .refused(.invalidFetchSessionEpoch) }
        nextEpoch = nextEpoch == .max ? 1 : nextEpoch + 1
        if !request.forgottenTopics.isEmpty { forget(request.forgottenTopics) }
        guard change(by: request) else {
            self = ServedFetchSession()
            return .refused(.fetchSessionIdNotFound)
        }
        request.topics = completed()
        if readings.isEmpty {
            self = ServedFetchSession()
            return .whole
        }
        return .changes
    }

    /// - Returns: false when a name is longer than topics have, so that it is not worth its memory.
    private mutating func change(by request: FetchRequest) -> Bool {
        for asked in request.topics where !asked.partitions.isEmpty {
            if asked.name.utf8.count > TopicName.characterCountMax { return false }
            self.request = nil
            let topic = place(of: asked)
            for partition in asked.partitions {
                let name = PartitionKey(topic: topic, index: partition.index)
                if let place = places[name] {
                    readings[place].asked = partition
                    continue
                }
                places[name] = readings.count
                order.append(readings.count)
                readings.append(Reading(topic: topic, asked: partition))
            }
        }
        return true
    }

    private mutating func place(of topic: FetchRequest.Topic) -> Int {
        let name = TopicKey(id: topic.topicID, name: topic.name)
        if let place = topicPlaces[name] { return place }
        var empty = topic
        empty.partitions = []
        topicPlaces[name] = topics.count
        topics.append(empty)
        return topics.count - 1
    }

    /// Begins anew with what is left.
    private mutating func forget(_ forgotten: [FetchRequest.ForgottenTopic]) {
        var gone: Set<PartitionKey> = []
        for topic in forgotten {
            guard let place = topicPlaces[TopicKey(id: topic.topicID, name: topic.name)] else { continue }
            for index in topic.partitions { gone.insert(PartitionKey(topic: place, index: index)) }
        }
        let formerTopics = topics
        let left = order.map { readings[$0] }.filter {
            !gone.contains(PartitionKey(topic: $0.topic, index: $0.asked.index))
        }
        (topics, topicPlaces, readings, places, order, request) = ([], [:], [], [:], [], nil)
        for var reading in left {
            reading.topic = place(of: formerTopics[reading.topic])
            places[PartitionKey(topic: reading.topic, index: reading.asked.index)] = readings.count
            order.append(readings.count)
            readings.append(reading)
        }
    }

    /// All that is asked for. A topic stands there once for each run of its partitions.
    private mutating func completed() -> [FetchRequest.Topic] {
        if let request { return request }
        var result: [FetchRequest.Topic] = []
        var last = -1
        for place in order {
            let reading = readings[place]
            if reading.topic != last { result.append(topics[reading.topic]) }
            result[result.count - 1].partitions.append(reading.asked)
            last = reading.topic
        }
        request = result
        return result
    }

    /// Notes what is told by an answer to the last request, and leaves out of it what was told before.
    ///
    /// - Parameters:
    ///   - response: has all partitions, in the order of the completed request.
    ///   - isWhole: whether nothing is to be left out.
    mutating func tell(_ response: inout FetchResponse, isWhole: Bool) {
        response.sessionID = id
        var left: [FetchResponse.Topic] = []
        var emptyPlaces: [Int] = []
        var fullPlaces: [Int] = []
        var position = 0
        for topic in response.topics {
            var changed = topic
            changed.partitions = []
            for answer in topic.partitions where position < order.count {
                let place = order[position]
                position += 1
                let hasRecords = answer.records.byteCount > 0
                if hasRecords { fullPlaces.append(place) } else { emptyPlaces.append(place) }
                let hasChanged = readings[place].note(answer)
                if hasRecords || hasChanged { changed.partitions.append(answer) }
            }
            if !changed.partitions.isEmpty { left.append(changed) }
        }
        if !isWhole { response.topics = left }
        let next = emptyPlaces + fullPlaces
        if next != order {
            order = next
            request = nil
        }
    }
}
