import KafkaClient
import KafkaTransport

/// Makes the records of one lane and hands them to its builder. Runs on the builder's own actor: handing over a chunk is a
/// call, not a hop.
struct Generator: Sendable {
    let configuration: RunConfiguration
    let topic: String
    let pool: PayloadPool
    /// Set when the user wants an end.
    let interrupt: SharedFlag
    let abort: RunAbort

    struct Outcome: Sendable {
        var records: Int64 = 0
        var failure: (any Error)?
        /// Estimated from every 16th chunk: to read the clock twice for every chunk would take a good part of that time.
        var generatingNs: Int64 = 0
        var appendingNs: Int64 = 0
    }

    private static let chunksPerSample = 16

    /// The closed loop: the next chunk is made when the builder has taken the last one.
    func generateInClosedLoop<B: BatchBuilder & Actor>(
        into builder: isolated B, from stretches: RecordStretches, until end: MonotonicInstant, isLast: Bool
    ) async -> Outcome {
        var chunk = pool.makeChunk()
        var outcome = Outcome()
        var chunkCount = 0
        do {
            while var stretch = stretches.take() {
                while !stretch.isEmpty, goesOn {
                    let now = MonotonicInstant.now
                    if now >= end { break }
                    pool.fill(&chunk, from: &stretch)
                    outcome.records += Int64(chunk.count)
                    let isSample = chunkCount % Self.chunksPerSample == 0
                    chunkCount += 1
                    let filled = isSample ? MonotonicInstant.now : now
                    if configuration.stage != .generate { try await builder.append(chunk, to: topic, partition: nil) }
                    if isSample {
                        outcome.generatingNs += filled.nanoseconds(since: now) * Int64(Self.chunksPerSample)
                        outcome.appendingNs +=
                            MonotonicInstant.now.nanoseconds(since: filled) * Int64(Self.chunksPerSample)
                    }
                }
                if !stretch.isEmpty { break }
            }
        } catch {
            outcome.note(error)
        }
        await finish(builder, isLast)
        return outcome
    }

    /// The open loop: what is due is handed over, and the lane sleeps until more is.
    func generateInOpenLoop<B: BatchBuilder & Actor>(
        into builder: isolated B, on schedule: OpenLoopSchedule, _ intended: IntendedTimes, loop: EventLoop, lane: Int,
        isLast: Bool
    ) async -> Outcome {
        var chunk = pool.makeChunk()
        var outcome = Outcome()
        do {
            let timer = try PreciseTimer(on: loop)
            // Lanes wake in turn.
            var woken = MonotonicInstant.now.advanced(byNanoseconds: Int64(lane) * Self.tickNs)
            while goesOn, let nextDue = schedule.nextDue {
                let begin = MonotonicInstant.now
                guard let records = schedule.take(now: begin, most: PayloadPool.chunkRecordCount) else {
                    let turn = woken.advanced(byNanoseconds: Self.tickNs * Int64(configuration.cores))
                    let latest = begin.advanced(byNanoseconds: Self.longestSleepNs)
                    await timer.wait(until: min(max(nextDue, turn), latest))
                    woken = .now
                    continue
                }
                pool.fill(&chunk, first: records.lowerBound, count: records.count)
                outcome.records += Int64(records.count)
                let filled = MonotonicInstant.now
                intended.add(handedOver: filled, intended: schedule.intended(records.lowerBound))
                try await builder.append(chunk, to: topic, partition: nil)
                outcome.generatingNs += filled.nanoseconds(since: begin)
                outcome.appendingNs += MonotonicInstant.now.nanoseconds(since: filled)
            }
        } catch {
            outcome.note(error)
        }
        await finish(builder, isLast)
        return outcome
    }

    /// How often the lanes together look at the schedule: records are 25 µs late at the median, and no core is kept busy.
    private static let tickNs: Int64 = 50_000
    /// The longest until an interrupt is noticed.
    private static let longestSleepNs: Int64 = 50_000_000

    private var goesOn: Bool { !interrupt.isSet && abort.reason == nil }

    private func finish<B: BatchBuilder & Actor>(_ builder: isolated B, _ isLast: Bool) async {
        if isLast {
            await builder.finish()
        } else {
            await builder.flush(olderThan: .zero)
        }
    }
}

extension Generator.Outcome {
    /// A cancellation is no failure of its own: the watchdog cancels, and gives the reason.
    fileprivate mutating func note(_ error: any Error) { if !(error is CancellationError) { failure = error } }
}
