// A service that keeps a producer for as long as it lives, under structured concurrency: it runs beside what uses it, and at
// its end nothing that it took is lost.

import ExampleRun
import KafkaClient

func serveRequests(_ log: AuditLog) async throws {
    try await withThrowingTaskGroup { requests in
        for request in 0..<500 {
            requests.addTask { try await log.note("request \(request)", by: "user-\(request % 20)") }
        }
        try await requests.waitForAll()
    }
    let stored = try await log.noteAndWait("logged out", by: "user-0")
    print("the last action is at offset \(stored.offset) of partition \(stored.partition)")
}

await Example.run(topic: "audit", storing: 501) { server in
    let log = try AuditLog(server: server)
    try await withThrowingTaskGroup { group in
        group.addTask { try await log.run() }
        do { try await serveRequests(log) } catch {
            group.cancelAll()
            try await group.waitForAll()
            throw error
        }
        // The end of the server: the service delivers what it has.
        group.cancelAll()
        try await group.waitForAll()
    }
    print("the service has ended")
}
