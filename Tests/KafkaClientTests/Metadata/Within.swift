import KafkaTransport

/// Waits for a condition, for a bounded time.
func within(_ time: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    let end = MonotonicInstant.now + time
    while try await !condition() {
        if .now >= end { return false }
        try await Task.sleep(for: .milliseconds(2))
    }
    return true
}
