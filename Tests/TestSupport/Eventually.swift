/// Waits until a condition holds that others bring about.
///
/// - Throws: `NeverCame` after half a minute, `CancellationError` when the test's time is over, and what the condition throws.
nonisolated(nonsending) package func eventually(
    fileID: StaticString = #fileID, line: UInt = #line, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(30)
    while try await !condition() {
        if clock.now >= end { throw NeverCame(place: "\(fileID):\(line)") }
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// What a test waited for did not come to be.
package struct NeverCame: Error, CustomStringConvertible {
    let place: String

    package var description: String { "the condition at \(place) did not come to hold within half a minute" }
}
