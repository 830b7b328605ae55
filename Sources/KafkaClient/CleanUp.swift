/// Does `work`, and then `cleanUp`, whatever came of the work.
nonisolated(nonsending) package func always<Result>(
    _ work: () async throws -> Result, thenCleanUp cleanUp: () async -> Void
) async throws -> Result {
    let result: Result
    do {
        result = try await work()
    } catch {
        await cleanUp()
        throw error
    }
    await cleanUp()
    return result
}
