// How much of a run's throughput the generator alone could have made: the same workload, on as many threads, with nothing behind
// the generator. A run that comes near it says how fast records are made, and not how fast they are produced.
//
//      before the run     known from this command, or from the host's cache, or measured in a few hundredths of a second
//      after it           measured anew where the run came near: what was known may be of a busy moment

import KafkaClient
import KafkaTransport

/// When it is measured what the generator can do.
package enum CalibrationChoice: String, NamedChoice {
    /// Where it is not known of this machine, this build and this workload.
    case auto
    /// Before each run.
    case always
    /// Not at all: `generator_capacity_rps` stays empty.
    case never

    package static let noun = "choice"
}

/// What the generator can do with the workloads of a command.
actor GeneratorCapacity {
    private let cache: HostCache
    private var known: [String: Double] = [:]

    init(cache: HostCache = HostCache()) { self.cache = cache }

    /// Each measurement takes so long.
    private static let roundNs: Int64 = 10_000_000
    private static let roundCount = 3
    /// A run that uses more of it is measured against a fresh figure.
    static let shareMax = 0.8

    /// Records a second that the generator makes for a configuration; nil where that is not asked for or can't be measured.
    func recordsPerSecond(
        for configuration: RunConfiguration, _ pool: PayloadPool, _ choice: CalibrationChoice, interrupt: SharedFlag
    ) async -> Double? {
        guard choice != .never, configuration.stage != .generate else { return nil }
        let key = Self.key(of: configuration)
        if choice == .auto, let known = known[key] ?? cache[key] {
            self.known[key] = known
            return known
        }
        return await measure(configuration, pool, key, atLeast: 0, interrupt)
    }

    /// As `recordsPerSecond`, measured now; the greater one of it and of what was known.
    func checked(
        _ recordsPerSecond: Double, for configuration: RunConfiguration, _ pool: PayloadPool, interrupt: SharedFlag
    ) async -> Double {
        let key = Self.key(of: configuration)
        return await measure(configuration, pool, key, atLeast: recordsPerSecond, interrupt) ?? recordsPerSecond
    }

    private func measure(
        _ configuration: RunConfiguration, _ pool: PayloadPool, _ key: String, atLeast least: Double,
        _ interrupt: SharedFlag
    ) async -> Double? {
        guard let measured = try? await Self.measure(configuration, pool, interrupt), measured > 0 else { return nil }
        let best = max(measured, least)
        known[key] = best
        cache.keep(best, for: key)
        return best
    }

    /// The best of a few short rounds: other programs only make it less.
    private static func measure(
        _ configuration: RunConfiguration, _ pool: PayloadPool, _ interrupt: SharedFlag
    ) async throws -> Double {
        let alone = configuration.generatingAlone
        let loops = try EventLoopGroup(count: RunPipeline.loopCount(alone), name: "kbench-alone")
        return try await always {
            let pipeline = try RunPipeline(
                alone, topic: "kbench", loops: loops.loops, cluster: nil, connection: ConnectionConfiguration())
            var best = 0.0
            for round in 1...roundCount {
                let execution = RunExecution(
                    configuration: alone, topic: "kbench", pool: pool, pipeline: pipeline, interrupt: interrupt,
                    stamps: alone.isVerified ? VerificationStamps() : nil,
                    times: alone.mode == .endToEnd ? .random() : nil)
                let measurement = await execution.measure(
                    .durationNs(roundNs), drainTimeout: .seconds(1), isLast: round == roundCount)
                best = max(best, Double(measurement.generatedRecords) / Double(max(1, measurement.durationNs)) * 1e9)
            }
            return best
        } thenCleanUp: {
            await loops.shutDown()
        }
    }

    /// All that the generator's speed may depend on.
    private static func key(of configuration: RunConfiguration) -> String {
        configuration.generatingAlone.json.compactText
    }
}

extension RunConfiguration {
    /// The same workload with nothing behind the generator, as fast as it goes.
    fileprivate var generatingAlone: RunConfiguration {
        var alone = self
        alone.stage = .generate
        alone.rate = nil
        alone.warmup = nil
        alone.amount = .records(1)
        let reading = RunConfiguration()
        (alone.role, alone.consumers, alone.isolation) = (.produce, reading.consumers, reading.isolation)
        alone.seed = 0
        alone.transactionalID = nil
        // Tasks that append through a door have as many threads as there are processors.
        if door != .lane { alone.cores = min(tasks, EventLoop.availableCoreCount) }
        let usual = RunConfiguration()
        (alone.rttNs, alone.codec, alone.concurrency) = (0, usual.codec, usual.concurrency)
        (alone.lingerNs, alone.acks, alone.idempotence, alone.mayReorder) = (
            usual.lingerNs, usual.acks, usual.idempotence, usual.mayReorder
        )
        return alone
    }
}

extension Verdict {
    /// The run came near to what the generator can make, so that the client and the broker might have done more.
    static func generatorBound(share: Double?, capacityRps: Double?) -> Verdict? {
        guard let share, let capacityRps, share > GeneratorCapacity.shareMax else { return nil }
        return Verdict(
            .generatorBound,
            """
            it used \(Percent.whole(share)) of what the generator makes on this machine without a client behind it, \
            \(Quantity.approximate(capacityRps)) records/s (up to \(Percent.whole(GeneratorCapacity.shareMax)) is fine)
            """)
    }
}
