// Two members of a share group work on one partition as on a queue: each job is with one of them, and one that fails comes again.

import ExampleRun
import KafkaClient
import Synchronization

/// Which jobs are done.
final class Jobs: Sendable {
    private let done = Mutex<Set<Int64>>([])
    private let retried = Atomic<Int>(0)

    /// Every tenth fails the first time.
    func isDone(_ record: ShareRecord) -> Bool {
        if record.offset % 10 == 0, record.deliveryCount == 1 { return false }
        if record.deliveryCount > 1 { retried.add(1, ordering: .relaxed) }
        done.withLock { _ = $0.insert(record.offset) }
        return true
    }

    var doneCount: Int { done.withLock { $0.count } }
    var retriedCount: Int { retried.load(ordering: .relaxed) }
}

/// Works as a member of a share group until all jobs are done.
func work(_ client: Client, _ workers: ShareGroupConfiguration, _ jobs: Jobs, until count: Int) async throws {
    try await client.withShareConsumer(in: workers) { consumer in
        for try await record in consumer {
            // What can't be done now comes again, to this member or to another one.
            try consumer.acknowledge(record, as: jobs.isDone(record) ? .accept : .release)
            if jobs.doneCount == count { break }
        }
    }
}

await Example.run(topic: "jobs", partitions: 1, storing: 500) { server in
    try await Client.withConnection(to: [server]) { client in
        let begin = Int(try await client.cluster.offsets(of: "jobs", at: .latest)[0])
        let workers = ShareGroupConfiguration(
            groupID: "workers-\(begin)", topics: ["jobs"], acknowledgementMode: .explicit, recordCountMax: 20)
        // A share group begins with what is written from now on, unless it is told otherwise.
        _ = try await client.cluster.alterConfigurations(
            [.group(workers.groupID): [.set("share.auto.offset.reset", to: "earliest")]])
        try await client.withProducer { producer in
            for id in 0..<500 { try await producer.append(value: "job \(id)", to: "jobs") }
        }
        let jobs = Jobs()
        try await withThrowingTaskGroup(of: Void.self) { members in
            for _ in 0..<2 { members.addTask { try await work(client, workers, jobs, until: begin + 500) } }
            try await members.next()  // one of them has done the last job
            members.cancelAll()
        }
        print("\(jobs.doneCount - begin) jobs are done, \(jobs.retriedCount) at the second try or later")
        try Example.expect(jobs.retriedCount >= 50, "jobs that fail come again")
    }
}
