import KafkaClient
import KafkaTransport

/// Makes records and hands them to a builder or a door. For a lane it runs on the lane's own actor: handing over a chunk is a
/// call, not a hop. For the other doors it is a task like an application's, on the global executor.
struct Generator: Sendable {
    let configuration: RunConfiguration
    let topic: String
    let pool: PayloadPool
    /// Set when the user wants an end.
    let interrupt: SharedFlag
    let abort: RunAbort
    /// Set when a warm-up has been long enough.
    var isEnough: SharedFlag?
    /// The stamps of this load's records; nil for records without.
    var stamps: RunStamps?
    /// Those of `kbench end-to-end`; nil elsewhere.
    var times: EndToEndStamps?
    /// The reader that must not be left behind; nil where nothing is read or nothing is lost by it.
    var pace: ReaderPace?
    /// The transactions that records are made for; nil for none.
    var transactions: RunTransactions?

    struct Outcome: Sendable {
        var records: Int64 = 0
        var failure: (any Error)?
        /// From its begin to its end, without the time in which its thread waited for a CPU that others had.
        var elapsedNs: Int64 = 0
        /// CPU time of making records and keeping the schedule.
        var cpuNs: Int64 = 0
        /// CPU time of reading the thread's clock, which is the generator's too.
        var clockNs: Int64 = 0

        /// Takes the times of like parts, `partCount` in all.
        mutating func add(_ sampled: SampledCPU, partCount: Int) {
            cpuNs += sampled.ns(of: partCount)
            clockNs += sampled.clockNs
        }
    }

    /// To read the clocks around every chunk would take a good part of that time.
    private static let chunksPerSample = 16

    /// The closed loop: the next chunk is made when the last one was taken.
    ///
    /// - Parameter index: of this generator, the lane of its records' stamps.
    func generateInClosedLoop(
        from stretches: RecordStretches, until end: MonotonicInstant, index: Int,
        into append: (RecordChunk, ChunkHeaders) async throws -> Void
    ) async -> Outcome {
        var maker = makeChunkMaker(index)
        var outcome = Outcome()
        var chunkCount = 0
        var making = SampledCPU()
        do {
            while var stretch = stretches.take() {
                while !stretch.isEmpty, goesOn {
                    let isSample = chunkCount % Self.chunksPerSample == 0
                    chunkCount += 1
                    try await waitForOthers()
                    let cpuBefore = isSample ? ThreadCPU.nowNs() : 0
                    let now = MonotonicInstant.now
                    if now >= end { break }
                    transactions?.append(at: now)
                    try maker.make(from: &stretch)
                    outcome.records += Int64(maker.chunk.count)
                    if isSample { making.add(ThreadCPU.nowNs() - cpuBefore) }
                    try await append(maker.chunk, maker.headers)
                }
                if !stretch.isEmpty { break }
            }
        } catch {
            outcome.note(error)
        }
        outcome.add(making, partCount: chunkCount)
        return outcome
    }

    /// The open loop: what is due is handed over, and the generator sleeps until more is.
    ///
    /// - Parameters:
    ///   - loop: where the task runs.
    ///   - index: of this generator among `count`.
    func generateInOpenLoop(
        on schedule: OpenLoopSchedule, loop: EventLoop, index: Int, of count: Int,
        into append: (RecordChunk, ChunkHeaders) async throws -> Void
    ) async -> Outcome {
        var maker = makeChunkMaker(index, schedule)
        var outcome = Outcome()
        let timer = PreciseTimer(on: loop)
        var chunkCount = 0
        var making = SampledCPU()
        var wakeUps = SampledCPU()
        do {
            while goesOn {
                try await transactions?.wait()
                let isSample = chunkCount % Self.chunksPerSample == 0
                let cpuBefore = isSample ? ThreadCPU.nowNs() : 0
                let begin = MonotonicInstant.now
                guard let records = schedule.take(now: begin, most: maker.recordCountMax) else {
                    guard let look = schedule.nextLook(of: index, among: count) else { break }
                    let sleepEnd = min(look, begin.advanced(byNanoseconds: Self.longestSleepNs))
                    await timer.wait(until: min(sleepEnd, transactions?.due ?? .distantFuture))
                    if let cpuNs = timer.takeWakeUpCPUNs() { wakeUps.add(cpuNs) }
                    continue
                }
                chunkCount += 1
                transactions?.append(at: begin)
                try maker.make(first: records.lowerBound, count: records.count)
                outcome.records += Int64(records.count)
                if isSample { making.add(ThreadCPU.nowNs() - cpuBefore) }
                try await append(maker.chunk, maker.headers)
            }
        } catch {
            outcome.note(error)
        }
        outcome.add(making, partCount: chunkCount)
        outcome.add(wakeUps, partCount: timer.wakeUpCount)
        return outcome
    }

    /// Waits while a transaction ends, and while the reader is too far behind. It may have to read what only the transaction's end shows
    /// it.
    private func waitForOthers() async throws {
        try await transactions?.wait()
        guard let pace else { return }
        while pace.isFull {
            try await Task.sleep(for: .milliseconds(1))
            try await transactions?.wait()
        }
    }

    /// The longest until an interrupt is noticed.
    private static let longestSleepNs: Int64 = 50_000_000

    private func makeChunkMaker(_ index: Int, _ schedule: OpenLoopSchedule? = nil) -> ChunkMaker {
        var stamper = stamps.map {
            RecordStamper(pool, $0, lane: index, isInHeaders: configuration.stampsAreInHeaders)
        }
        if let times { stamper = RecordStamper(pool, times, dueBy: schedule) }
        return ChunkMaker(
            pool, stamper, needsHeaders: configuration.door.takesRecords,
            numbersRecords: configuration.rate != nil && !configuration.door.takesRecords)
    }

    private var goesOn: Bool { !interrupt.isSet && abort.reason == nil && isEnough?.isSet != true }
}

extension Generator.Outcome {
    /// A cancellation is no failure of its own: the watchdog cancels, and gives the reason.
    mutating func note(_ error: any Error) { if !(error is CancellationError) { failure = error } }
}
