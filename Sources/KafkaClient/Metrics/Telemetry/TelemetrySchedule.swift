import KafkaProtocol
import KafkaTransport

/// When brokers are asked what they want to know, and when they are told. It has no clock and no connection.
///
/// Source: KIP-714, and what it says of each error.
struct TelemetrySchedule {
    enum Step: Equatable {
        case subscribe
        case push(TelemetrySubscription)
    }

    private(set) var step = Step.subscribe
    /// When the step is due.
    private(set) var due = MonotonicInstant.distantPast
    /// Zero until a broker has given one.
    private(set) var clientInstanceID = KafkaUUID.zero

    /// Takes the answer to the question.
    ///
    /// - Parameter chance: a random number from 0 to 1: of many clients that begin together, each has its first push at another
    ///   time.
    mutating func didSubscribe(
        _ response: GetTelemetrySubscriptionsResponse, now: MonotonicInstant, chance: Double
    ) {
        guard response.errorCode == .none else {
            return fail(response.errorCode, throttleMs: response.throttleTimeMs, now: now)
        }
        let subscription = TelemetrySubscription(response, known: clientInstanceID)
        clientInstanceID = subscription.clientInstanceID
        if subscription.wantsNothing || clientInstanceID == .zero {
            ask(at: now + max(subscription.interval, .milliseconds(Int(response.throttleTimeMs))))
        } else {
            step = .push(subscription)
            due = now + max(subscription.interval * (0.5 + chance), .milliseconds(Int(response.throttleTimeMs)))
        }
    }

    /// Takes the answer to a push.
    mutating func didPush(_ response: PushTelemetryResponse, now: MonotonicInstant) {
        guard response.errorCode == .none else {
            return fail(response.errorCode, throttleMs: response.throttleTimeMs, now: now)
        }
        due = now + max(interval, .milliseconds(Int(response.throttleTimeMs)))
    }

    /// Notes that no broker has answered, or that none speaks of telemetry. They are asked again, later.
    mutating func didFail(now: MonotonicInstant) { ask(at: now + max(interval, Self.errorPauseMin)) }

    private var interval: Duration {
        if case .push(let subscription) = step { subscription.interval } else { TelemetrySubscription.usualInterval }
    }

    private mutating func ask(at moment: MonotonicInstant) {
        step = .subscribe
        due = moment
    }

    private mutating func fail(_ code: KafkaErrorCode, throttleMs: Int32, now: MonotonicInstant) {
        // Brokers that refuse whatever they are told must not be asked without end.
        let pause = max(Self.errorPauseMin, .milliseconds(Int(throttleMs)))
        switch code {
        // They want something else by now.
        case .unknownSubscriptionId, .unsupportedCompressionType: ask(at: now + pause)
        // What this client says is not understood, and will not be.
        case .invalidRequest, .invalidRecord, .unsupportedVersion: ask(at: .distantFuture)
        default: ask(at: now + max(interval, pause))
        }
    }

    private static let errorPauseMin = Duration.seconds(1)
}
