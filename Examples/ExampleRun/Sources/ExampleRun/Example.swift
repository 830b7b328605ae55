// What the examples share: a broker to talk to, a topic, and a look at whether the records are there.

import Foundation
import KafkaClient
import KafkaEmbeddedBroker

public enum Example {
    /// Runs an example and ends the program: with 0 when it stored as many records as it should, else with 1.
    ///
    /// The brokers are those of `--bootstrap host:port`. Without that argument, one is started in this process.
    ///
    /// - Parameters:
    ///   - topic: is created when it isn't there.
    ///   - recordCount: how many records `body` adds to the topic.
    public static func run(
        topic: String, partitions: Int32 = 8, storing recordCount: Int64,
        _ body: (_ server: String) async throws -> Void
    ) async -> Never {
        do {
            if let server = try bootstrap(CommandLine.arguments.dropFirst()) {
                try await check(server, topic, partitions, recordCount, body)
            } else {
                let broker = try EmbeddedBroker()
                let server = try await broker.start()[0].description
                try await check(server, topic, partitions, recordCount, body)
                await broker.stop()
            }
            print("ok: \(recordCount) records were stored in topic '\(topic)'")
            exit(0)
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    /// - Throws: ``Failure`` unless the condition holds.
    public static func expect(_ condition: Bool, _ message: String) throws {
        if !condition { throw Failure(message: message) }
    }

    /// Why an example isn't what it should be.
    public struct Failure: Error, CustomStringConvertible {
        let message: String

        public var description: String { message }
    }

    private static func bootstrap(_ arguments: ArraySlice<String>) throws -> String? {
        if arguments.isEmpty { return nil }
        try expect(arguments.count == 2 && arguments.first == "--bootstrap", "arguments: [--bootstrap host:port]")
        return arguments.last
    }

    private static func check(
        _ server: String, _ topic: String, _ partitions: Int32, _ recordCount: Int64,
        _ body: (String) async throws -> Void
    ) async throws {
        let before = try await endOffsets(server, topic, partitions)
        try await body(server)
        let after = try await endOffsets(server, topic, partitions)
        try expect(after - before == recordCount, "\(after - before) records were stored, expected \(recordCount)")
    }

    /// The offsets behind the last record of each partition, added up.
    private static func endOffsets(_ server: String, _ topic: String, _ partitions: Int32) async throws -> Int64 {
        try await Client.withConnection(to: [server]) { client in
            _ = try await client.cluster.createTopic(topic, partitionCount: partitions, replicationFactor: 1)
            return try await client.cluster.offsets(of: topic, at: .latest).reduce(0, +)
        }
    }
}
