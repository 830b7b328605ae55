// Metrics for brokers that ask for them (KIP-714), from the first connection to the end. `TelemetrySchedule` says what is done
// when, `TelemetryPayload` what is told. A timer waits for each step, so that a cluster that is let go of is not kept by it.

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// What the cluster keeps for its metrics that are pushed.
struct Telemetry {
    var schedule = TelemetrySchedule()
    var phase = Phase.notBegun
    /// What brokers were told last; nil for nothing.
    var pushed: PushedMetrics?
    /// The broker that was asked last, which is told, too.
    var broker: Endpoint?
    var timer: LoopTimer?
    /// Those who wait for a step that is under way.
    var waiters: [Waiter<Void>] = []
    let end = SharedEnd()

    enum Phase {
        case notBegun, resting, working
        /// Nothing is told any more.
        case over
    }
}

extension Cluster {
    /// The id that brokers have given this client for its metrics; nil before, and where nothing is pushed.
    public var clientInstanceID: KafkaUUID? {
        telemetry.schedule.clientInstanceID == .zero ? nil : telemetry.schedule.clientInstanceID
    }

    /// Begins to push metrics, where that is wanted. Called with each connection.
    func beginTelemetry() {
        guard configuration.pushesMetrics, telemetry.phase == .notBegun else { return }
        telemetry.phase = .resting
        telemetry.timer = LoopTimer(on: loop)
        scheduleTelemetry()
    }

    private func scheduleTelemetry() {
        guard telemetry.phase == .resting, telemetry.schedule.due < .distantFuture else { return }
        telemetry.timer?.schedule(at: telemetry.schedule.due) { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.stepTelemetry() }
        }
    }

    private func stepTelemetry() async {
        guard telemetry.phase == .resting, !isClosed else { return }
        telemetry.phase = .working
        calls.begin()
        defer { calls.end() }
        do {
            switch telemetry.schedule.step {
            case .subscribe:
                let request = GetTelemetrySubscriptionsRequest(clientInstanceID: telemetry.schedule.clientInstanceID)
                let response = try await askForTelemetry(request)
                telemetry.schedule.didSubscribe(response, now: .now, chance: .random(in: 0...1))
            case .push(let subscription):
                try await push(subscription)
            }
        } catch {
            telemetry.broker = nil
            telemetry.schedule.didFail(now: .now)
        }
        if telemetry.phase == .working { telemetry.phase = .resting }
        for waiter in telemetry.waiters { waiter.resume() }
        telemetry.waiters = []
        scheduleTelemetry()
    }

    /// Asks the broker that was asked before, or another that there is a connection to: metrics need no connections of their own.
    private func askForTelemetry<R: KafkaRequest & Sendable>(_ request: R) async throws -> R.Response {
        let ready = connections.filter { $0.value.isReady }
        guard let connection = telemetry.broker.flatMap({ ready[$0] }) ?? ready.values.first else {
            return try await ask(.any, attempts: 1) { _ in request }
        }
        telemetry.broker = connection.endpoint
        return try await connection.exchange { _ in request }
    }

    private func push(_ subscription: TelemetrySubscription) async throws {
        let payload = payload(subscription)
        let before = telemetry.pushed
        // Before the answer: a last push may come meanwhile, and must not tell the same again.
        telemetry.pushed = PushedMetrics(snapshot: payload.snapshot, timeNs: payload.timeNs)
        // What is not taken is told with the next push.
        func takeBack() {
            if telemetry.phase != .over { telemetry.pushed = before }
            meter.giveBack(payload.longest)
        }
        do {
            let response = try await askForTelemetry(payload.request())
            telemetry.schedule.didPush(response, now: .now)
            if response.errorCode != .none { takeBack() }
        } catch {
            takeBack()
            throw error
        }
    }

    private func payload(_ subscription: TelemetrySubscription) -> TelemetryPayload {
        let (snapshot, longest) = meter.snapshotWithLongest()
        let timeNs = max(WallClock().unixNanoseconds(of: snapshot.time), telemetry.pushed?.timeNs ?? 0)
        return TelemetryPayload(
            snapshot: snapshot, timeNs: timeNs, previous: telemetry.pushed, sinceNs: meter.sinceUnixNs,
            longest: longest, subscription: subscription)
    }

    // MARK: The end

    /// Tells brokers for the last time, before the connections are closed; over a connection that is there, and not for long.
    func endTelemetry() async {
        if telemetry.phase == .notBegun { return telemetry.phase = .over }
        // It never began.
        if telemetry.phase == .over, !telemetry.end.hasBegun { return }
        await telemetry.end.reach { await self.pushLastMetrics() }
    }

    private func pushLastMetrics() async {
        let timer = telemetry.timer
        let isWorking = telemetry.phase == .working
        telemetry.phase = .over
        if isWorking, let timer { await wait(forStepOr: timer) }
        timer?.close()
        telemetry.timer = nil
        guard case .push(let subscription) = telemetry.schedule.step,
            let connection = connections.values.first(where: \.isReady)
        else { return }
        let request = payload(subscription).request(isLast: true)
        _ = try? await connection.exchange(timeout: Self.lastPushTimeout) { _ in request }
    }

    /// Waits for the step that is under way, so that what it tells comes before the last.
    private func wait(forStepOr timer: LoopTimer) async {
        let end = Waiter<Void>()
        telemetry.waiters.append(end)
        timer.schedule(afterNanoseconds: Self.lastPushTimeout.nanoseconds) { end.resume() }
        try? await end.wait()
    }

    private static let lastPushTimeout = Duration.seconds(1)
}
