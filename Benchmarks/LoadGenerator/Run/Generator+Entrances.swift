import KafkaClient
import KafkaTransport

/// What generators are given: how much there is to send, and when.
struct GeneratorLoad: Sendable {
    /// No more records are made then.
    let end: MonotonicInstant
    let stretches: RecordStretches
    /// Of an open loop.
    let schedule: OpenLoopSchedule?
    /// Where generators note what they give to doors that take records one by one: one for each writer, or one for all tasks.
    let doors: [HandedRecords]
    /// Nothing comes after this load.
    let isLast: Bool
}

extension Generator {
    /// Hands records to a builder, on whose actor this runs.
    func generate<B: BatchBuilder & Actor>(
        into builder: isolated B, _ load: GeneratorLoad, loop: EventLoop, lane: Int
    ) async -> Outcome {
        let begin = MonotonicInstant.now
        let delayBefore = GeneratorClock.threadRunDelayNs()
        var outcome: Outcome
        if let schedule = load.schedule {
            outcome = await generateInOpenLoop(
                on: schedule, loop: loop, index: lane, of: configuration.cores
            ) { chunk, _ in try await builder.append(chunk, to: topic, partition: nil) }
        } else {
            outcome = await generateInClosedLoop(from: load.stretches, until: load.end, index: lane) { chunk, _ in
                if configuration.stage != .generate { try await builder.append(chunk, to: topic, partition: nil) }
            }
        }
        // All of it was on the loop's thread.
        outcome.elapsedNs =
            MonotonicInstant.now.nanoseconds(since: begin) - (GeneratorClock.threadRunDelayNs() - delayBefore)
        if load.isLast {
            await builder.finish()
        } else {
            await builder.flush(olderThan: .zero)
        }
        return outcome
    }

    /// Hands records to a producer through one of its doors, as a task of an application does.
    ///
    /// - Parameter loop: where an open loop sleeps.
    func generate(into producer: Producer, _ load: GeneratorLoad, loop: EventLoop, task: Int) async -> Outcome {
        let begin = MonotonicInstant.now
        var outcome = await append(to: producer, load, loop: loop, task: task)
        transactions?.leave(outcome.failure)
        outcome.elapsedNs = MonotonicInstant.now.nanoseconds(since: begin)
        return outcome
    }

    private func append(to producer: Producer, _ load: GeneratorLoad, loop: EventLoop, task: Int) async -> Outcome {
        do {
            switch configuration.door {
            case .lane: preconditionFailure("a lane has its builder")
            case .chunk:
                return await generate(load, loop, task) { chunk, _ in try await producer.append(chunk, to: topic) }
            case .record:
                let handed = load.schedule == nil ? nil : load.doors[0]
                return await generate(load, loop, task) { chunk, headers in
                    // Where other tasks have their turn in between, each record is noted when it is.
                    if configuration.tasks == 1 { handed?.add(headers.first, count: Int64(chunk.count)) }
                    for index in 0..<chunk.count {
                        if configuration.tasks > 1 { handed?.add(headers.first + Int64(index), count: 1) }
                        try await producer.append(
                            value: chunk.value(at: index), key: chunk.key(at: index),
                            headers: headers.of(index, in: pool), to: topic)
                    }
                }
            case .writer:
                let handed = load.schedule == nil ? nil : load.doors[task]
                var writer =
                    handed == nil
                    ? try await producer.writer(for: topic)
                    : try await producer.writer(for: topic, numberingFrom: DueTimes.firstNumber(ofDoor: task))
                return await generate(load, loop, task) { chunk, headers in
                    handed?.add(headers.first, count: Int64(chunk.count))
                    for index in 0..<chunk.count {
                        try await writer.append(
                            value: chunk.value(at: index), key: chunk.key(at: index),
                            headers: headers.of(index, in: pool))
                    }
                }
            }
        } catch {
            var outcome = Outcome()
            outcome.note(error)
            return outcome
        }
    }

    private func generate(
        _ load: GeneratorLoad, _ loop: EventLoop, _ task: Int,
        into append: (RecordChunk, ChunkHeaders) async throws -> Void
    ) async -> Outcome {
        guard let schedule = load.schedule else {
            return await generateInClosedLoop(from: load.stretches, until: load.end, index: task, into: append)
        }
        return await generateInOpenLoop(
            on: schedule, loop: loop, index: task, of: configuration.tasks, into: append)
    }
}
