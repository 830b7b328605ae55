// A member of a share group, until SIGTERM, which does with a record what its value says:
//
//      reject…    rejects it
//      release…   gives it back the first time
//      hold…      says nothing of it the first time
//      renew…     renews its lock, works for three seconds, and accepts it
//      slow…      works for 400 ms before it asks for another one, and accepts it
//
// and accepts all others, and these another time. In implicit mode it says nothing of any; in that called renewing, locks of records that
// wait are renewed. Its lines:
//
//      got PARTITION OFFSET DELIVERIES VALUE
//      acknowledged PARTITION COUNT
//      failed PARTITION COUNT BROKER-CODE

import Dispatch
import Foundation
import KafkaClient

enum ShareCommand {
    static func run(bootstrap: String, groupID: String, topic: String, mode: String, recordCountMax: Int) async throws {
        let group = ShareGroupConfiguration(
            groupID: groupID, topics: [topic], acknowledgementMode: mode == "implicit" ? .implicit : .explicit,
            acquireMode: mode == "strict" ? .strictLimit : .wholeBatches, recordCountMax: recordCountMax,
            renewsWaitingRecords: mode == "renewing"
        ) { result in
            let count = result.offsets.reduce(0) { $0 + $1.count }
            if let error = result.error {
                say(
                    "failed \(result.partition.partition) \(count) \(error.brokerError.map { "\($0)" } ?? "\(error.code)")"
                )
            } else {
                say("acknowledged \(result.partition.partition) \(count)")
            }
        }
        let configuration = ClusterConfiguration(metadataMaxAge: .seconds(1)) { event in
            if event.kind.isProblem { FileHandle.standardError.write(Data("\(event.kind)\n".utf8)) }
        }
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init), configuration) { client in
            try await client.withShareConsumer(in: group) { consumer in
                signal(SIGTERM, SIG_IGN)
                let ending = DispatchSource.makeSignalSource(signal: SIGTERM)
                ending.setEventHandler { Task { await consumer.close() } }
                ending.activate()
                say("member \(consumer.memberID)")
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for try await record in consumer {
                        let value = String(decoding: record.valueBytes ?? [], as: UTF8.self)
                        say("got \(record.partition) \(record.offset) \(record.deliveryCount) \(value)")
                        if mode == "implicit" { continue }
                        if value.hasPrefix("renew") {
                            tasks.addTask {
                                for _ in 0..<3 {
                                    try consumer.acknowledge(record, as: .renew)
                                    try await consumer.commit()
                                    try await Task.sleep(for: .seconds(1))
                                }
                                try consumer.acknowledge(record)
                            }
                        } else {
                            if value.hasPrefix("slow") { try await Task.sleep(for: .milliseconds(400)) }
                            decide(record, value, consumer)
                        }
                    }
                    try await tasks.waitForAll()
                }
                ending.cancel()
            }
        }
    }

    private static func decide(_ record: ShareRecord, _ value: String, _ consumer: ShareConsumer) {
        let isFirst = record.deliveryCount == 1
        do throws(KafkaClientError) {
            if value.hasPrefix("reject") {
                try consumer.acknowledge(record, as: .reject)
            } else if value.hasPrefix("release"), isFirst {
                try consumer.acknowledge(record, as: .release)
            } else if !value.hasPrefix("hold") || !isFirst {
                try consumer.acknowledge(record)
            }
        } catch {
            say("late \(record.partition) \(record.offset) \(error.brokerError.map { "\($0)" } ?? "\(error.code)")")
        }
    }

    private static func say(_ words: String) {
        print(words)
        fflush(nil)
    }
}
