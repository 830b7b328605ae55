import KafkaCompression
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Metrics that are pushed to brokers which ask for them, over sockets.
@Suite struct TelemetryTests {
    private static func telemetry(_ change: (inout EmbeddedBrokerTelemetry) -> Void = { _ in })
        -> EmbeddedBrokerTelemetry
    {
        var telemetry = EmbeddedBrokerTelemetry()
        telemetry.intervalMs = 40
        change(&telemetry)
        return telemetry
    }

    /// Runs `body` with a client of a broker that has topic `t`.
    private func withClient(
        _ telemetry: EmbeddedBrokerTelemetry?, pushes: Bool = true,
        _ body: (Client, EmbeddedBroker) async throws -> Void
    ) async throws {
        try await withFixture({ $0.telemetry = telemetry }) { fixture in
            try fixture.broker.createTopic("t")
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.pushesMetrics = pushes
            try await Client.withConnection(to: fixture.endpoints.map(\.description), configuration) { client in
                try await body(client, fixture.broker)
            }
        }
    }

    private func produce(_ count: Int, _ client: Client) async throws {
        try await client.withProducer(.init(linger: .zero)) { producer in
            for _ in 0..<count { try await producer.append(value: "v", to: "t") }
        }
    }

    /// The values of a counter or a gauge in a push, of all its points together; nil when it is not there.
    private static func sum(_ name: String, _ push: EmbeddedBrokerTelemetry.Push) throws -> Double? {
        for metric in try metrics(push) where metric.string(1) == name {
            let points = metric.messages(5).flatMap { $0.messages(1) } + metric.messages(7).flatMap { $0.messages(1) }
            return points.reduce(0) { $0 + ($1.double(4) ?? 0) }
        }
        return nil
    }

    private static func metrics(_ push: EmbeddedBrokerTelemetry.Push) throws -> [ProtobufFields] {
        var bytes: [UInt8] = []
        try push.metrics.withUnsafeBytes {
            try CodecTable()[push.compression].makeDecompressor().decompress(
                $0.bytes, into: &bytes, maxByteCount: 1 << 24)
        }
        let data = try #require(ProtobufFields(bytes))
        return data.messages(1).flatMap { $0.messages(2) }.flatMap { $0.messages(2) }
    }

    @Test(arguments: [true, false])
    func whatWasSentIsToldOnceOrInAll(isDelta: Bool) async throws {
        let name = "org.apache.kafka.producer.topic.record.send.total"
        try await withFixture({ $0.telemetry = Self.telemetry { $0.isDelta = isDelta } }) { fixture in
            try fixture.broker.createTopic("t")
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.pushesMetrics = true
            try await Client.withConnection(to: fixture.endpoints.map(\.description), configuration) { client in
                for round in 1...3 {
                    try await produce(100, client)
                    try await eventually { fixture.broker.pushedMetrics.count >= 2 * round }
                }
            }
            let pushes = fixture.broker.pushedMetrics
            let told = try pushes.map { try Self.sum(name, $0) ?? 0 }
            #expect((isDelta ? told.reduce(0, +) : told.last) == 300)
            if !isDelta { #expect(told == told.sorted()) }
            #expect(pushes.last?.isLast == true && pushes.dropLast().allSatisfy { !$0.isLast })
            #expect(Set(pushes.map(\.clientInstanceID)).count == 1)
            #expect(pushes.allSatisfy { $0.compression == .zstd && $0.clientID == "kafkaclient" })
        }
    }

    @Test func brokersGetTheMetricsThatKIP714AsksOfAProducer() async throws {
        try await withClient(Self.telemetry { $0.compressions = [.gzip] }) { client, broker in
            let wanted = [
                "connection.creation.rate", "connection.creation.total", "node.request.latency.avg",
                "node.request.latency.max", "produce.throttle.time.avg", "produce.throttle.time.max",
                "record.queue.time.avg", "record.queue.time.max",
            ].map { "org.apache.kafka.producer.\($0)" }
            try await produce(10, client)
            // The first push after the records tells of their times, however many there were before.
            let before = broker.pushedMetrics.count
            try await eventually { broker.pushedMetrics.count >= before + 2 }
            let pushes = broker.pushedMetrics
            let names = Set(try pushes.flatMap { try Self.metrics($0) }.compactMap { $0.string(1) })
            for name in wanted { #expect(names.contains(name)) }
            #expect(pushes.contains { $0.compression == .gzip })
            // Also of a producer that had ended before the push, no average is above the longest.
            for push in pushes {
                for name in ["request.latency", "node.request.latency", "record.queue.time", "produce.throttle.time"] {
                    let name = "org.apache.kafka.producer.\(name)"
                    guard let average = try Self.sum("\(name).avg", push) else { continue }
                    let longest = try #require(try Self.sum("\(name).max", push))
                    #expect(longest >= average * 0.999, "\(name): \(average) ms, at most \(longest)")
                }
            }
            #expect(await client.cluster.clientInstanceID == pushes.first?.clientInstanceID)
        }
    }

    @Test func onlyWhatIsWantedIsTold() async throws {
        let wanted = "org.apache.kafka.producer.node."
        try await withClient(Self.telemetry { $0.requestedMetrics = [wanted] }) { client, broker in
            try await produce(10, client)
            let before = broker.pushedMetrics.count
            try await eventually { broker.pushedMetrics.count >= before + 2 }
            let names = try broker.pushedMetrics.flatMap { try Self.metrics($0) }.compactMap { $0.string(1) }
            #expect(!names.isEmpty && names.allSatisfy { $0.hasPrefix(wanted) })
        }
    }

    @Test func whatBrokersWantAnewIsLearned() async throws {
        try await withClient(Self.telemetry()) { client, broker in
            try await eventually { broker.pushedMetrics.count >= 1 }
            let wanted = "messaging."
            broker.request(Self.telemetry { $0.requestedMetrics = [wanted] })
            try await produce(10, client)
            try await eventually {
                guard let last = broker.pushedMetrics.last, let metrics = try? Self.metrics(last) else { return false }
                return !metrics.isEmpty && metrics.allSatisfy { $0.string(1)?.hasPrefix(wanted) == true }
            }
        }
    }

    @Test func lessIsToldWhereAllIsTooMuch() async throws {
        try await withClient(
            Self.telemetry {
                $0.compressions = [.none]
                $0.byteCountMax = 4000
            }
        ) { client, broker in
            try await produce(10, client)
            let before = broker.pushedMetrics.count
            try await eventually { broker.pushedMetrics.count >= before + 2 }
            let last = try #require(broker.pushedMetrics.last)
            #expect(last.metrics.count <= 4000 && last.metrics.count > 0)
            #expect(try Self.sum("org.apache.kafka.producer.topic.record.send.total", last) == nil)
            #expect(try Self.sum("org.apache.kafka.producer.connection.creation.total", last) != nil)
        }
    }

    @Test func nothingIsToldUnlessItIsAskedFor() async throws {
        try await withClient(Self.telemetry { $0.intervalMs = 1 }, pushes: false) { client, broker in
            try await produce(10, client)
            #expect(broker.statistics.requestCounts[.getTelemetrySubscriptions] == nil)
            #expect(broker.pushedMetrics.isEmpty)
        }
    }

    @Test func brokersThatTakeNoMetricsGetNone() async throws {
        try await withClient(nil) { client, broker in
            try await produce(10, client)
            #expect(broker.statistics.requestCounts[.getTelemetrySubscriptions] == nil)
            #expect(broker.statistics.malformedRequestCount == 0)
        }
    }

    /// Of a counter's points: when they begin and end.
    private static func windows(_ name: String, _ push: EmbeddedBrokerTelemetry.Push) throws -> [[UInt64?]] {
        let counters = try metrics(push).filter { $0.string(1) == name }.flatMap { $0.messages(7) }
        return counters.flatMap { $0.messages(1) }.map { [$0.number(2), $0.number(3)] }
    }

    @Test(arguments: [true, false])
    func aWindowBeginsWhereTheLastOneEndedOrAllBeginAlike(isDelta: Bool) async throws {
        let name = "org.apache.kafka.producer.connection.creation.total"
        try await withClient(Self.telemetry { $0.isDelta = isDelta }) { client, broker in
            try await eventually { broker.pushedMetrics.count >= 4 }
            let windows = try broker.pushedMetrics.flatMap { try Self.windows(name, $0) }
            for (before, window) in zip(windows, windows.dropFirst()) {
                #expect(window[0] == (isDelta ? before[1] : before[0]))
                #expect(window[1] ?? 0 > window[0] ?? .max)
            }
        }
    }

    @Test func thereIsOneLastPushAndNothingAfterIt() async throws {
        let name = "org.apache.kafka.producer.topic.record.send.total"
        try await withFixture({ $0.telemetry = Self.telemetry() }) { fixture in
            try fixture.broker.createTopic("t")
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.pushesMetrics = true
            let client = try Client(to: fixture.endpoints.map(\.description), configuration)
            _ = try await client.cluster.refresh([])
            try await eventually { fixture.broker.pushedMetrics.count >= 1 }
            // From now on there is always one on its way.
            fixture.broker.inject(FaultRule(.pushTelemetry, effect: .delay(.milliseconds(100))))
            try await produce(100, client)
            async let first: Void = client.cluster.close()
            async let second: Void = client.cluster.close()
            _ = await (first, second)
            await client.shutDown()
            let pushes = fixture.broker.pushedMetrics
            #expect(pushes.map(\.isLast) == pushes.dropLast().map { _ in false } + [true])
            #expect(try pushes.reduce(0) { try $0 + (Self.sum(name, $1) ?? 0) } == 100)
        }
    }

    @Test func metricsNeedNoConnectionsOfTheirOwn() async throws {
        try await withFixture(brokers: 8, { $0.telemetry = Self.telemetry() }) { fixture in
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.pushesMetrics = true
            let client = try Client(to: [fixture.endpoints[0].description], configuration)
            _ = try await client.cluster.refresh([])
            try await eventually { fixture.broker.pushedMetrics.count >= 8 }
            #expect(fixture.broker.statistics.acceptedConnectionCount == 1)
            await client.shutDown()
        }
    }

    @Test func aClusterThatIsLetGoOfPushesNoMore() async throws {
        try await withFixture({ $0.telemetry = Self.telemetry() }) { fixture in
            weak var remains: Cluster?
            func use() async throws {
                var configuration = ClusterConfiguration.fast(fixture.connection)
                configuration.pushesMetrics = true
                let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop, configuration)
                _ = try await cluster.refresh([])
                try await eventually { fixture.broker.pushedMetrics.count >= 1 }
                remains = cluster
            }
            try await use()
            try await eventually { remains == nil }
        }
    }

    @Test func aBrokerThatIsSilentHoldsNoEndUp() async throws {
        try await withFixture({ $0.telemetry = Self.telemetry() }) { fixture in
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.pushesMetrics = true
            let client = try Client(to: fixture.endpoints.map(\.description), configuration)
            _ = try await client.cluster.refresh([])
            try await eventually { fixture.broker.pushedMetrics.count >= 1 }
            fixture.broker.inject(FaultRule(.pushTelemetry, effect: .stall))
            let begin = MonotonicInstant.now
            await client.shutDown()
            #expect(MonotonicInstant.now - begin < .seconds(5))
        }
    }
}
