import Testing

@testable import LoadGenerator

@Suite struct GeneratorCapacityTests {
    private func capacity(_ choice: CalibrationChoice, _ change: (inout RunConfiguration) -> Void = { _ in })
        async throws
        -> (rate: Double?, kept: String?)
    {
        let folder = try TemporaryFolder()
        let generators = GeneratorCapacity(cache: HostCache(directory: folder.path, host: "here"))
        var configuration = RunConfiguration()
        change(&configuration)
        let rate = await generators.recordsPerSecond(
            for: configuration, try PayloadPool(configuration), choice, interrupt: SharedFlag())
        return (rate, TextFile.text(folder.path + "/kbench/generators.json"))
    }

    @Test func `it is measured and kept`() async throws {
        let (rate, kept) = try await capacity(.auto)
        #expect(try #require(rate) > 1000 && kept?.contains("records_per_s") == true)
    }

    @Test func `a stage that is the generator's alone, and who does not ask, has none`() async throws {
        #expect(try await capacity(.always) { $0.stage = .generate }.rate == nil)
        let (rate, kept) = try await capacity(.never)
        #expect(rate == nil && kept == nil)
    }

    @Test func `each workload has a figure of its own, whatever comes behind the generator`() async throws {
        let folder = try TemporaryFolder()
        let generators = GeneratorCapacity(cache: HostCache(directory: folder.path, host: "here"))
        func figure(_ change: (inout RunConfiguration) -> Void) async throws -> Double? {
            var configuration = RunConfiguration()
            change(&configuration)
            return await generators.recordsPerSecond(
                for: configuration, try PayloadPool(configuration), .auto, interrupt: SharedFlag())
        }
        let plain = try await figure { _ in }
        #expect(try await figure { $0.rate = 1000 } == plain)
        #expect(try await figure { ($0.acks, $0.rttNs, $0.lingerNs) = (.none, 1_000_000, 0) } == plain)
        let verified = try await figure { $0.isVerified = true }
        #expect(verified != nil && verified != plain)
        let kept = TextFile.text(folder.path + "/kbench/generators.json") ?? ""
        #expect(kept.split(separator: "\n").count { $0.contains("records_per_s") } == 2)
    }

    @Test func `a figure that is known is not measured again, until it is in doubt`() async throws {
        let folder = try TemporaryFolder()
        let cache = HostCache(directory: folder.path, host: "here")
        let configuration = RunConfiguration()
        let pool = try PayloadPool(configuration)
        let first = GeneratorCapacity(cache: cache)
        let measured = try #require(
            await first.recordsPerSecond(for: configuration, pool, .auto, interrupt: SharedFlag()))
        let next = await GeneratorCapacity(cache: cache).recordsPerSecond(
            for: configuration, pool, .auto, interrupt: SharedFlag())
        // Whole numbers are kept.
        #expect(next == measured.rounded())
        #expect(await first.checked(1, for: configuration, pool, interrupt: SharedFlag()) > 1000)
        #expect(await first.checked(1e14, for: configuration, pool, interrupt: SharedFlag()) == 1e14)
    }
}
