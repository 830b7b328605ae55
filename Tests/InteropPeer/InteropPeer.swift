// The library's hands for tests in which other programs write or read. Records travel as lines of tab-separated fields:
//
//      partition  key  value  timestamp-ms  header-key=header-value,…
//
// Bytes are hexadecimal, `-` is null; as a partition it lets the partitioner decide. Used by Tests/Interop.
//
//      interop-peer write BOOTSTRAP TOPIC CODEC sharded|sequential ACKS [murmur2|crc32|fnv1a]    < records
//      interop-peer read BOOTSTRAP TOPIC [committed]                                             > records
//      interop-peer offsets BOOTSTRAP TOPIC                                                      > PARTITION OFFSET, of committed records
//      interop-peer batches BOOTSTRAP TOPIC                                                      > batches as stored
//      interop-peer group BOOTSTRAP GROUP TOPIC ASSIGNOR [INSTANCE]         > read PARTITION OFFSET VALUE, assigned COUNT
//      interop-peer admin BOOTSTRAP                                            see AdminCommands
//      interop-peer transact BOOTSTRAP TOPIC ID LANES [TIMEOUT-MS]    < records, and lines commit or abort
//                                                              > committed, aborted, failed CODE, or failed CODE CODE-OF-ITS-CAUSE
//      interop-peer chain BOOTSTRAP GROUP FROM TO ID PROTOCOL                                    > copied PARTITION COUNT, again
//      interop-peer share BOOTSTRAP GROUP TOPIC implicit|explicit|strict COUNT                   see ShareCommand
//
// A member of a group reads until it gets SIGTERM, and commits by itself. ASSIGNOR is the name of a strategy, or `consumer` for a
// group whose coordinator assigns (KIP-848).

import Dispatch
import Foundation
import KafkaClient
import Synchronization

@main
struct InteropPeer {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "write" where arguments.count == 6 || arguments.count == 7 && partitioners[arguments[6]] != nil:
            try await write(
                bootstrap: arguments[1], topic: arguments[2], codec: Codec(parsing: arguments[3]),
                builder: arguments[4],
                acks: arguments[5], partitioner: arguments.dropFirst(6).first ?? "murmur2")
        case "read" where arguments.count == 3 || arguments.count == 4 && arguments[3] == "committed":
            try await read(bootstrap: arguments[1], topic: arguments[2], committed: arguments.count == 4)
        case "transact" where (5...6).contains(arguments.count) && arguments.dropFirst(4).allSatisfy { Int($0) != nil }:
            try await transact(
                bootstrap: arguments[1], topic: arguments[2], id: arguments[3], lanes: Int(arguments[4])!,
                timeout: arguments.dropFirst(5).first.map { .milliseconds(Int($0)!) })
        case "chain" where arguments.count == 7:
            try await chain(
                bootstrap: arguments[1], groupID: arguments[2], from: arguments[3], to: arguments[4], id: arguments[5],
                isServed: arguments[6] == "consumer")
        case "offsets" where arguments.count == 3: try await offsets(bootstrap: arguments[1], topic: arguments[2])
        case "batches" where arguments.count == 3: try await batches(bootstrap: arguments[1], topic: arguments[2])
        case "group" where (5...6).contains(arguments.count):
            try await readInGroup(
                bootstrap: arguments[1], groupID: arguments[2], topic: arguments[3], assignor: arguments[4],
                instance: arguments.dropFirst(5).first)
        case "share" where arguments.count == 6 && Int(arguments[5]) != nil:
            try await ShareCommand.run(
                bootstrap: arguments[1], groupID: arguments[2], topic: arguments[3], mode: arguments[4],
                recordCountMax: Int(arguments[5])!)
        case "admin" where arguments.count == 2: try await AdminCommands.run(bootstrap: arguments[1])
        default:
            FileHandle.standardError.write(
                Data(
                    "usage: interop-peer write|read|offsets|batches|group|share|transact|chain|admin BOOTSTRAP …\n".utf8
                ))
            exit(64)
        }
    }

    private static let partitioners: [String: KeyPartitioner] = ["murmur2": .murmur2, "crc32": .crc32, "fnv1a": .fnv1a]

    private static func write(
        bootstrap: String, topic: String, codec: Codec, builder: String, acks: String, partitioner: String
    ) async throws {
        let configuration = Producer.Configuration(
            codec: codec, acks: acks == "0" ? .none : acks == "1" ? .leader : .all,
            partitioner: partitioners[partitioner]!,
            strategy: builder == "sequential" ? .sequential(workers: 2) : .sharded(lanes: 2))
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            try await client.withProducer(configuration) { producer in
                while let line = readLine() { try await append(line, to: topic, producer) }
                let summary = try await producer.flushWithSummary()
                try summary.throwIfFailed()
                print(summary.acknowledgedRecords)
            }
        }
    }

    private static func append(_ line: String, to topic: String, _ producer: Producer) async throws {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        let headers = fields[4].split(separator: ",").map { header in
            let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(decoding: bytes(parts[0]) ?? [], as: UTF8.self)
            return RecordHeader(key: key, value: bytes(parts[1]))
        }
        try await producer.append(
            value: bytes(fields[2]), key: bytes(fields[1]), headers: headers, timestampMs: Int64(fields[3]),
            to: topic, partition: Int32(fields[0]))
    }

    private static func read(bootstrap: String, topic: String, committed: Bool) async throws {
        let reader = RecordReader()
        try await fetch(bootstrap: bootstrap, topic: topic, isolation: committed ? .readCommitted : .readUncommitted) {
            batch in
            try reader.forEachRecord(in: batch) { record in
                let headers = record.headers.map { "\(hex(Array($0.key.utf8)))=\(hex($0.value))" }
                print(
                    batch.partition, hex(record.keyBytes), hex(record.valueBytes), record.timestampMs,
                    headers.joined(separator: ","), separator: "\t")
            }
        }
    }

    /// A line for each record of committed transactions, or of none: where it is.
    private static func offsets(bootstrap: String, topic: String) async throws {
        let reader = RecordReader()
        try await fetch(bootstrap: bootstrap, topic: topic, isolation: .readCommitted) { batch in
            try reader.forEachRecord(in: batch) { print(batch.partition, $0.offset) }
        }
    }

    /// A line for each batch: its bytes.
    private static func batches(bootstrap: String, topic: String) async throws {
        try await fetch(bootstrap: bootstrap, topic: topic) { batch in
            print(hex(batch.bytes.withUnsafeBytes { Array($0) }))
        }
    }

    /// Reads a topic from beginning to end by a consumer, partition by partition.
    private static func fetch(
        bootstrap: String, topic: String, isolation: IsolationLevel = .readUncommitted,
        _ take: (FetchedBatch) throws -> Void
    ) async throws {
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            let ends = try await client.cluster.offsets(of: topic, at: .latest)
            let begins = try await client.cluster.offsets(of: topic, at: .earliest)
            for (index, end) in ends.enumerated() where begins[index] < end {
                let partition = TopicPartition(topic, Int32(index))
                let consumer = try await client.makeConsumer(
                    of: [partition: .earliest], ConsumerConfiguration(isolation: isolation))
                // What ends a partition may be a marker of a transaction, which is not handed out.
                let reading = Task {
                    while true {
                        let status = await consumer.partitions[partition]
                        // A transaction that is open is not waited for.
                        let stable = status.map(\.lastStableOffset) ?? -1
                        let limit = isolation == .readCommitted && stable >= 0 ? min(end, stable) : end
                        if status?.nextOffset ?? 0 >= limit { break }
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    await consumer.finish()
                }
                for try await batch in consumer { try take(batch) }
                try await reading.value
                await consumer.close()
            }
        }
    }

    private static let assignors: [any PartitionAssignor] = [
        RangeAssignor(), RoundRobinAssignor(), StickyAssignor(), CooperativeStickyAssignor(),
    ]

    private static func readInGroup(
        bootstrap: String, groupID: String, topic: String, assignor: String, instance: String?
    ) async throws {
        let isServed = assignor == "consumer"
        let owned = Mutex<Set<TopicPartition>>([])
        let group = GroupConfiguration(
            groupID: groupID, topics: [topic], groupProtocol: isServed ? .consumer : .classic,
            assignors: isServed ? [RangeAssignor()] : assignors.filter { $0.name == assignor },
            groupInstanceID: instance, autoCommitInterval: .milliseconds(100), sessionTimeout: .seconds(6),
            heartbeatInterval: .milliseconds(500)
        ) { change in
            let count = owned.withLock { owned in
                switch change {
                case .assigned(let partitions): owned.formUnion(partitions)
                case .revoked(let partitions), .lost(let partitions): owned.subtract(partitions)
                }
                return owned.count
            }
            print("assigned", count)
            fflush(nil)
        }
        let configuration = ClusterConfiguration(metadataMaxAge: .seconds(1)) { event in
            if event.kind.isProblem { FileHandle.standardError.write(Data("\(event.kind)\n".utf8)) }
        }
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init), configuration) { client in
            try await client.withConsumer(in: group) { consumer in
                signal(SIGTERM, SIG_IGN)
                let ending = DispatchSource.makeSignalSource(signal: SIGTERM)
                ending.setEventHandler { Task { await consumer.close() } }
                ending.activate()
                let reader = RecordReader()
                for try await batch in consumer {
                    try reader.forEachRecord(in: batch) { record in
                        let value = String(decoding: record.valueBytes ?? [], as: UTF8.self)
                        print("read", batch.partition, record.offset, value)
                    }
                    fflush(nil)
                }
                ending.cancel()
            }
        }
    }

    private struct Aborted: Error {}

    /// Transactions of which each ends with a line that says how.
    private static func transact(
        bootstrap: String, topic: String, id: String, lanes: Int, timeout: Duration?
    ) async throws {
        var configuration = Producer.Configuration(strategy: .sharded(lanes: lanes), transactionalID: id)
        if let timeout { configuration.transactionTimeout = timeout }
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            let producer = try client.makeProducer(configuration)
            while var line = readLine() {
                do {
                    try await producer.withTransaction { _ in
                        while line != "commit" {
                            if line == "abort" {
                                // Some of it is stored when it is aborted.
                                try await producer.flush()
                                throw Aborted()
                            }
                            try await append(line, to: topic, producer)
                            guard let next = readLine() else { exit(3) }
                            line = next
                        }
                    }
                    say("committed")
                } catch is Aborted {
                    say("aborted")
                } catch let error as KafkaClientError {
                    FileHandle.standardError.write(Data("\(error)\n".utf8))
                    let cause = error.underlying as? KafkaClientError
                    say("failed \(error.code)" + (cause.map { " \($0.code)" } ?? ""))
                    while line != "commit", line != "abort", let next = readLine() { line = next }
                }
            }
            try await producer.shutDown()
        }
    }

    private static func say(_ words: String) {
        print(words)
        fflush(nil)
    }

    /// Copies a topic, partition by partition, each record once: what was read counts as read when what was written is committed.
    private static func chain(
        bootstrap: String, groupID: String, from: String, to: String, id: String, isServed: Bool
    ) async throws {
        let group = GroupConfiguration(
            groupID: groupID, topics: [from], groupProtocol: isServed ? .consumer : .classic,
            // The one that comes next takes its place at once.
            groupInstanceID: isServed ? nil : id, autoCommitInterval: nil,
            sessionTimeout: .seconds(6), heartbeatInterval: .milliseconds(500))
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            let producer = try client.makeProducer(
                Producer.Configuration(strategy: .sharded(lanes: 2), transactionalID: id))
            try await client.withConsumer(in: group, ConsumerConfiguration(isolation: .readCommitted)) { consumer in
                signal(SIGTERM, SIG_IGN)
                let ending = DispatchSource.makeSignalSource(signal: SIGTERM)
                ending.setEventHandler { Task { await consumer.close() } }
                ending.activate()
                let reader = RecordReader()
                for try await batch in consumer {
                    var values: [[UInt8]] = []
                    try reader.forEachRecord(in: batch) { values.append($0.valueBytes ?? []) }
                    let copied = values
                    do {
                        try await producer.withTransaction { transaction in
                            for value in copied {
                                try await producer.append(value: value, to: to, partition: batch.partition)
                            }
                            let read = TopicPartition(batch.topic, batch.partition)
                            try await transaction.addOffsets(
                                [read: CommittedOffset(batch.nextOffset)], readBy: consumer)
                        }
                        say("copied \(batch.partition) \(copied.count)")
                    } catch let error as KafkaClientError where error.code == .transactionAborted {
                        FileHandle.standardError.write(Data("\(error)\n".utf8))
                        say("again")
                        try await consumer.seekToCommitted()
                    }
                }
                ending.cancel()
            }
            try await producer.shutDown()
        }
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        if text == "-" { return nil }
        var result: [UInt8] = []
        var rest = text.utf8[...]
        while let high = rest.popFirst(), let low = rest.popFirst() {
            result.append(nibble(high) << 4 | nibble(low))
        }
        return result
    }

    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
    }

    private static func hex(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "-" }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
