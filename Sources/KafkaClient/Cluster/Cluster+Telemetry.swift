// Metrics for brokers that ask for them (KIP-714): one task from the first connection to the end. `TelemetrySchedule` says
// what it does when, `TelemetryPayload` what is told.

import KafkaProtocol
import KafkaTransport

extension Cluster {
    /// The id that brokers have given this client for its metrics; nil before, and where nothing is pushed.
    public var clientInstanceID: KafkaUUID? {
        telemetry.clientInstanceID == .zero ? nil : telemetry.clientInstanceID
    }

    /// Begins to push metrics, where that is wanted. Called with each connection.
    func beginTelemetry() {
        guard configuration.pushesMetrics, !hasBegunTelemetry else { return }
        hasBegunTelemetry = true
        Task(executorPreference: loop) { await self.pushMetrics() }
    }

    /// Ends when the cluster is closed.
    private func pushMetrics() async {
        calls.begin()
        defer { calls.end() }
        while telemetry.due < .distantFuture, !isClosed {
            do {
                let waitNs = telemetry.due.nanoseconds(since: .now)
                if waitNs > 0 { try await pause(nanoseconds: waitNs) }
                switch telemetry.step {
                case .subscribe:
                    let request = GetTelemetrySubscriptionsRequest(clientInstanceID: telemetry.clientInstanceID)
                    let response = try await ask(.any, attempts: 1) { _ in request }
                    telemetry.didSubscribe(response, now: .now, chance: .random(in: 0...1))
                case .push(let subscription):
                    try await push(subscription)
                }
            } catch {
                telemetry.didFail(now: .now)
            }
        }
    }

    private func push(_ subscription: TelemetrySubscription) async throws {
        let payload = payload(subscription)
        let before = pushedMetrics
        // Before the answer: a last push may come meanwhile, and must not tell the same again.
        pushedMetrics = payload.snapshot
        // What is not taken is told with the next push.
        func takeBack() {
            pushedMetrics = before
            meter.giveBack(payload.longest)
        }
        do {
            let request = payload.request()
            let response = try await ask(.any, attempts: 1) { _ in request }
            telemetry.didPush(response, now: .now)
            if response.errorCode != .none { takeBack() }
        } catch {
            takeBack()
            throw error
        }
    }

    private func payload(_ subscription: TelemetrySubscription) -> TelemetryPayload {
        TelemetryPayload(
            snapshot: meter.snapshot(), previous: pushedMetrics, longest: meter.takeLongest(),
            subscription: subscription)
    }

    /// Tells brokers for the last time, before the connections are closed; over a connection that is there, and not for long.
    func pushLastMetrics() async {
        guard hasBegunTelemetry, case .push(let subscription) = telemetry.step,
            let connection = connections.values.first(where: \.isReady)
        else { return }
        let request = payload(subscription).request(isLast: true)
        _ = try? await connection.exchange(timeout: Self.lastPushTimeout) { _ in request }
    }

    private static let lastPushTimeout = Duration.seconds(1)
}
