// Built here, produced there: batches leave a builder on one thread, pass a router of one's own, and go to producer lanes on
// two others. Both ends are sequences.

import ExampleRun
import KafkaClient

func runPipeline(_ client: Client) async throws {
    try await EventLoopGroup.withLoops(count: 3) { loops in
        let (builder, batches) = try ShardedBuilder.withSequence(
            BuilderConfiguration(codec: Codec.lz4), on: [loops[0]], topics: client.cluster)
        let deliveries = DeliverySequence(sources: 2)
        let lanes = try loops[1...].map { loop in
            try ProducerLane(
                ProducerConfiguration(acks: .all), on: loop, cluster: client.cluster,
                connection: client.configuration.connection, deliveriesTo: deliveries)
        }
        async let routed = {
            var router = Router(to: lanes)
            for await batch in batches { router.route(batch) }  // yours to route, delay, mirror, drop
            for lane in lanes {
                try await lane.drain()
                await lane.close()
            }
            return router.batchCounts
        }()
        for round in 0..<40 {
            var chunk = RecordChunk()
            for id in 0..<100 { try chunk.append(value: "round \(round)", key: "user-\(id)") }
            try await builder.append(chunk, to: "events")
        }
        await builder.finish()

        var exchangeCount = 0
        for await delivery in deliveries {
            if let error = delivery.error { throw error }
            exchangeCount += delivery.exchanges.count
        }
        let batchCounts = try await routed
        print("batches by lane: \(batchCounts), in \(exchangeCount) exchanges")
    }
}

await Example.run(topic: "events", storing: 4000) { server in
    try await Client.withConnection(to: [server]) { client in
        try await runPipeline(client)
    }
}
