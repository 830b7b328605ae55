// Whoever takes records does so from the queue; the lane puts them in. What is decided of a record is noted in its acquisition, on
// whatever thread, and the lane takes it from there.

public import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// A member of a share group (KIP-932): several members work on the records of the same partitions, each record with one of them at a time.
///
/// ```swift
/// try await client.withShareConsumer(in: .init(groupID: "workers", topics: ["jobs"], acknowledgementMode: .explicit)) { consumer in
///     for try await record in consumer {
///         do {
///             try await work(on: record.valueBytes ?? [])
///             try consumer.acknowledge(record)
///         } catch { try consumer.acknowledge(record, as: .release) }
///     }
/// }
/// ```
///
/// Several tasks may iterate at the same time: each record goes to one of them. Every record is processed at least once: one that is not
/// acknowledged before its lock is over (`group.share.record.lock.duration.ms`, 30 seconds) goes to some member again, and so does one
/// whose broker was lost. Kafka 4.1 and newer.
///
/// Locks run from when a broker hands records over, also for those that wait in this client. A program that needs long for each record
/// asks for few at a time (``ShareGroupConfiguration/recordCountMax``) or has them renewed
/// (``ShareGroupConfiguration/renewsWaitingRecords``); where neither is done, records whose locks are over are dropped before they are
/// handed out, and go to some member again.
public final class ShareConsumer: Sendable, AsyncSequence {
    /// How it is a member.
    public let configuration: ShareGroupConfiguration
    /// Who it is in its group: an id that it has made itself.
    public let memberID: String
    let lane: ShareLane
    private let driver: GroupDriver
    private let loops: EventLoopGroup?
    private let client: Client?
    private let ending = SharedEnd()

    init(
        _ configuration: ShareGroupConfiguration, cluster: Cluster, connection: ConnectionConfiguration,
        on loop: EventLoop, ownLoops: EventLoopGroup? = nil, client: Client? = nil
    ) {
        self.configuration = configuration
        self.client = client
        loops = ownLoops
        memberID = KafkaUUID.random().description
        lane = ShareLane(configuration, memberID: memberID, on: loop, cluster: cluster, connection: connection)
        driver = GroupDriver(
            configuration.group, cluster: cluster, connection: connection, lanes: [], rack: configuration.rack,
            changes: lane, share: (memberID, lane.queue))
    }

    func join() async { await driver.start() }

    deinit {
        if ending.hasBegun { return }
        Task { [driver, lane, loops, client] in
            await Self.end(driver, lane, loops)
            withExtendedLifetime(client) {}
        }
    }

    /// Tells brokers what was decided, gives back what was not, leaves the group, and closes the connections. Whoever waits for a record
    /// gets nil. Calling it again waits for the same end.
    public func close() async {
        await ending.reach { [driver, lane, loops] in await Self.end(driver, lane, loops) }
    }

    private static func end(_ driver: GroupDriver, _ lane: ShareLane, _ loops: EventLoopGroup?) async {
        await lane.finish()
        await driver.close()
        await lane.close()
        await loops?.shutDown()
    }

    // MARK: Acknowledgements

    /// Decides what becomes of a record. Brokers are told a little later, with others; ``commit()`` waits for that, and
    /// ``ShareGroupConfiguration/onAcknowledged`` is told what became of it.
    ///
    /// Until brokers are told, a later decision takes the place of an earlier one.
    ///
    /// - Parameters:
    ///   - record: a record that this consumer has handed out.
    ///   - type: what becomes of it. After ``Acknowledgement/renew`` it is to be acknowledged once more, when the broker has answered
    ///     the renewal: ``commit()`` waits for that.
    /// - Throws: `KafkaClientError`: with ``KafkaClientError/brokerError`` `INVALID_RECORD_STATE` when the record is not
    ///   this member's any more, because its lock is over, or its broker was lost; `.invalidArgument` when it was acknowledged before,
    ///   when its renewal is not answered yet, or another consumer has it.
    public func acknowledge(_ record: ShareRecord, as type: Acknowledgement = .accept) throws(KafkaClientError) {
        let isFirst: Bool
        var name: String { "record \(record.offset) of partition \(record.partition) of topic '\(record.topic)'" }
        if record.acquisition.memberID != memberID {
            throw KafkaClientError(
                .invalidArgument, "\(name) is another consumer's; acknowledge it with the one that has handed it out")
        }
        do {
            isFirst = try record.acquisition.acknowledge(record.index, type.rawValue, now: .now)
        } catch {
            switch error {
            case .lockIsOver:
                throw KafkaClientError(
                    KafkaErrorCode.invalidRecordState,
                    "\(name) is not this member's any more; some member gets it again")
            case .alreadyAcknowledged:
                throw KafkaClientError(.invalidArgument, "\(name) was acknowledged before")
            case .isBeingRenewed:
                throw KafkaClientError(
                    .invalidArgument,
                    "\(name) is being renewed; acknowledge it when the broker has answered that: when commit() has returned"
                )
            case .notHanded:
                throw KafkaClientError(.invalidArgument, "\(name) was not handed out")
            }
        }
        if isFirst { lane.queue.note(record.acquisition) }
    }

    /// Tells brokers what was decided up to now, and waits for their answers.
    ///
    /// What a broker can't take for the moment is told again while the locks last, so that this may take as long as they do.
    ///
    /// - Returns: what became of it, by partition; also of what was answered meanwhile. Empty when there was nothing to tell.
    /// - Throws: `KafkaClientError`: why the consumer has ended. What was decided and not told by then is told when it is closed, if its
    ///   brokers let it. `CancellationError` when the task is cancelled: brokers are told all the same.
    ///
    /// Source: ShareAcknowledge, API key 79, versions 1 to 2.
    @discardableResult
    public func commit() async throws -> [AcknowledgementResult] { try await lane.commit() }

    // MARK: Records

    /// Takes records, one after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let consumer: ShareConsumer
        /// The record that was handed out last.
        private var last: ShareRecord?

        init(_ consumer: ShareConsumer) { self.consumer = consumer }

        /// The next record: at once when one was acquired, otherwise when one comes.
        ///
        /// In implicit mode the one before is accepted now, unless something was decided of it.
        ///
        /// - Returns: nil when the consumer was closed.
        /// - Throws: `KafkaClientError`: why the consumer has ended. `CancellationError` when the task is cancelled.
        public mutating nonisolated(nonsending) func next() async throws -> ShareRecord? {
            if let last { consumer.acceptIfUndecided(last) }
            last = nil
            while true {
                switch consumer.lane.queue.take() {
                case .record(let record):
                    last = record
                    return record
                case .failed(let error): throw error
                case .ended: return nil
                case .nothing: break
                }
                let waiter = Waiter<Void>()
                defer { consumer.lane.queue.leave(waiter) }
                if consumer.lane.queue.join(waiter) { try await waiter.wait() }
            }
        }
    }

    /// Takes records of all partitions that are this member's.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    private func acceptIfUndecided(_ record: ShareRecord) {
        guard configuration.acknowledgementMode == .implicit,
            record.acquisition.with({ $0.isUndecided(record.index) })
        else { return }
        do throws(KafkaClientError) { try acknowledge(record) } catch {
            configuration.onAcknowledged?(
                AcknowledgementResult(
                    partition: TopicPartition(record.topic, record.partition), offsets: [record.offset...record.offset],
                    error: error))
        }
    }
}
