import KafkaProtocol

/// What a client reads over one connection, as it has told in pieces (KIP-227). A value, without I/O.
///
/// A request names what has changed since the one before, and an answer has the partitions of which there is something to tell:
///
///      request, epoch 0    all partitions          answer   all partitions, and the session's id
///      request, epoch n    what has changed        answer   partitions with records, with errors, with other offsets than before
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

    private struct Name: Hashable {
        let topicID: KafkaUUID
        let name: String
    }

    /// What was told of a partition.
    private struct Told {
        var highWatermark: Int64 = -1
        var logStartOffset: Int64 = -1
        /// An error is told until it is over.
        var errorCode = KafkaErrorCode.none
    }

    private(set) var id: Int32 = 0
    private var nextEpoch: Int32 = 0
    private var topics: [FetchRequest.Topic] = []
    /// Of each partition of `topics`.
    private var told: [[Told]] = []
    /// Where a topic, and a partition of it, stands.
    private var topicPlaces: [Name: Int] = [:]
    private var places: [[Int32: Int]] = []
    private var partitionCount = 0

    /// A client can't have more memory taken.
    static let partitionCountMax = 1_000_000

    /// Takes a request, and completes it by what the session knows.
    ///
    /// - Parameter makeID: an id for a session that begins; above 0.
    mutating func take(_ request: inout FetchRequest, makeID: () -> Int32) -> Answer {
        if request.sessionEpoch <= 0 {
            // A full request ends the session that it names, or begins another one.
            self = ServedFetchSession()
            guard request.sessionEpoch == 0, request.sessionID >= 0 else { return .whole }
            guard change(by: request) else {
                self = ServedFetchSession()
                return .whole
            }
            (id, nextEpoch) = (makeID(), 1)
            request.topics = topics
            return .first
        }
        guard id != 0, request.sessionID == id else { return .refused(.fetchSessionIdNotFound) }
        guard request.sessionEpoch == nextEpoch else { return .refused(.invalidFetchSessionEpoch) }
        nextEpoch = nextEpoch == .max ? 1 : nextEpoch + 1
        forget(request.forgottenTopics)
        guard change(by: request) else {
            self = ServedFetchSession()
            return .refused(.fetchSessionIdNotFound)
        }
        request.topics = topics
        return .changes
    }

    /// - Returns: false when there are too many partitions.
    private mutating func change(by request: FetchRequest) -> Bool {
        for asked in request.topics {
            let name = Name(topicID: asked.topicID, name: asked.name)
            let topic = topicPlaces[name] ?? topics.count
            if topic == topics.count {
                topicPlaces[name] = topic
                var empty = asked
                empty.partitions = []
                topics.append(empty)
                told.append([])
                places.append([:])
            }
            for partition in asked.partitions {
                if let place = places[topic][partition.index] {
                    topics[topic].partitions[place] = partition
                    continue
                }
                partitionCount += 1
                if partitionCount > Self.partitionCountMax { return false }
                places[topic][partition.index] = topics[topic].partitions.count
                topics[topic].partitions.append(partition)
                told[topic].append(Told())
            }
        }
        return true
    }

    private mutating func forget(_ forgotten: [FetchRequest.ForgottenTopic]) {
        for gone in forgotten {
            guard let topic = topicPlaces[Name(topicID: gone.topicID, name: gone.name)] else { continue }
            let indices = Set(gone.partitions)
            let kept = topics[topic].partitions.indices.filter { !indices.contains(topics[topic].partitions[$0].index) }
            partitionCount -= topics[topic].partitions.count - kept.count
            topics[topic].partitions = kept.map { topics[topic].partitions[$0] }
            told[topic] = kept.map { told[topic][$0] }
            indexPartitions(of: topic)
        }
    }

    private mutating func indexPartitions(of topic: Int) {
        places[topic] = Dictionary(
            uniqueKeysWithValues: topics[topic].partitions.enumerated().map { ($0.element.index, $0.offset) })
    }

    /// Notes what is told by an answer to the last request, and leaves out of it what was told before.
    ///
    /// - Parameters:
    ///   - response: has all partitions, in the order of the completed request.
    ///   - isWhole: whether nothing is to be left out.
    ///   - isCut: whether there was more than the answer may have. Other partitions come first then, next time.
    mutating func tell(_ response: inout FetchResponse, isWhole: Bool, isCut: Bool) {
        response.sessionID = id
        var lastWithRecords: (topic: Int, partition: Int)?
        var left: [FetchResponse.Topic] = []
        for topic in response.topics.indices where topic < topics.count {
            var partitions: [FetchResponse.Partition] = []
            for place in response.topics[topic].partitions.indices where place < told[topic].count {
                let answer = response.topics[topic].partitions[place]
                let before = told[topic][place]
                let hasRecords = answer.records.byteCount > 0
                if hasRecords { lastWithRecords = (topic, place) }
                told[topic][place] = Told(
                    highWatermark: answer.highWatermark, logStartOffset: answer.logStartOffset,
                    errorCode: answer.errorCode)
                if isWhole { continue }
                if hasRecords || answer.errorCode != .none || before.errorCode != .none
                    || answer.divergingEpoch.endOffset >= 0
                    || answer.highWatermark != before.highWatermark || answer.logStartOffset != before.logStartOffset
                {
                    partitions.append(answer)
                }
            }
            if isWhole || partitions.isEmpty { continue }
            var changed = response.topics[topic]
            changed.partitions = partitions
            left.append(changed)
        }
        if !isWhole { response.topics = left }
        if isCut, let lastWithRecords { rotate(behind: lastWithRecords) }
    }

    /// Has those topics come first next time that stand behind one, and of this one the partitions behind one.
    private mutating func rotate(behind last: (topic: Int, partition: Int)) {
        let partition = (last.partition + 1) % topics[last.topic].partitions.count
        topics[last.topic].partitions = Self.rotated(topics[last.topic].partitions, by: partition)
        told[last.topic] = Self.rotated(told[last.topic], by: partition)
        indexPartitions(of: last.topic)
        let topic = (last.topic + 1) % topics.count
        if topic == 0 { return }
        topics = Self.rotated(topics, by: topic)
        told = Self.rotated(told, by: topic)
        places = Self.rotated(places, by: topic)
        for (place, topic) in topics.enumerated() {
            topicPlaces[Name(topicID: topic.topicID, name: topic.name)] = place
        }
    }

    private static func rotated<Element>(_ elements: [Element], by count: Int) -> [Element] {
        Array(elements[count...] + elements[..<count])
    }
}
