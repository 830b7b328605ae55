import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// When brokers are asked, and when they are told.
@Suite struct TelemetryScheduleTests {
    private static let begin = MonotonicInstant(nanoseconds: 0)
    private static let id = KafkaUUID(high: 1, low: 2)

    private static func subscription(_ change: (inout GetTelemetrySubscriptionsResponse) -> Void = { _ in })
        -> GetTelemetrySubscriptionsResponse
    {
        var response = GetTelemetrySubscriptionsResponse()
        response.clientInstanceID = id
        response.subscriptionID = 7
        response.pushIntervalMs = 10_000
        response.telemetryMaxBytes = 1000
        response.requestedMetrics = ["org.apache.kafka.producer."]
        change(&response)
        return response
    }

    private static func subscribed() -> TelemetrySchedule {
        var schedule = TelemetrySchedule()
        schedule.didSubscribe(subscription(), now: begin, chance: 0.5)
        return schedule
    }

    private static func answer(_ code: KafkaErrorCode, throttleMs: Int32 = 0) -> PushTelemetryResponse {
        var response = PushTelemetryResponse()
        response.errorCode = code
        response.throttleTimeMs = throttleMs
        return response
    }

    @Test func theFirstQuestionIsAskedAtOnce() {
        let schedule = TelemetrySchedule()
        #expect(schedule.step == .subscribe && schedule.due <= Self.begin && schedule.clientInstanceID == .zero)
    }

    @Test(arguments: [(0.0, 5), (0.5, 10), (1.0, 15)])
    func theFirstPushesOfManyClientsAreSpread(chance: Double, seconds: Int) {
        var schedule = TelemetrySchedule()
        schedule.didSubscribe(Self.subscription(), now: Self.begin, chance: chance)
        #expect(schedule.due == Self.begin + .seconds(seconds))
        #expect(schedule.clientInstanceID == Self.id)
        guard case .push(let subscription) = schedule.step else {
            Issue.record("no push")
            return
        }
        #expect(subscription.id == 7 && subscription.interval == .seconds(10))
    }

    @Test func pushesComeAtTheIntervalThatBrokersWant() {
        var schedule = Self.subscribed()
        let now = Self.begin + .seconds(20)
        schedule.didPush(Self.answer(.none), now: now)
        #expect(schedule.due == now + .seconds(10))
        schedule.didPush(Self.answer(.none, throttleMs: 60_000), now: now)
        #expect(schedule.due == now + .seconds(60))
    }

    @Test func theIDOfTheFirstAnswerStays() {
        var schedule = Self.subscribed()
        schedule.didPush(Self.answer(.unknownSubscriptionId), now: Self.begin)
        #expect(schedule.step == .subscribe && schedule.due == Self.begin + .seconds(1))
        schedule.didSubscribe(
            Self.subscription { $0.clientInstanceID = .zero }, now: Self.begin, chance: 0)
        #expect(schedule.clientInstanceID == Self.id)
        if case .push = schedule.step {} else { Issue.record("no push") }
    }

    @Test func whoWantsNothingIsAskedAgainLater() {
        var schedule = TelemetrySchedule()
        schedule.didSubscribe(Self.subscription { $0.requestedMetrics = [] }, now: Self.begin, chance: 0.5)
        #expect(schedule.step == .subscribe && schedule.due == Self.begin + .seconds(10))
    }

    @Test(arguments: [KafkaErrorCode.telemetryTooLarge, .throttlingQuotaExceeded, .notController])
    func afterOtherErrorsBrokersAreAskedAgainAfterTheInterval(code: KafkaErrorCode) {
        var schedule = Self.subscribed()
        schedule.didPush(Self.answer(code), now: Self.begin)
        #expect(schedule.step == .subscribe && schedule.due == Self.begin + .seconds(10))
    }

    @Test(arguments: [KafkaErrorCode.unknownSubscriptionId, .throttlingQuotaExceeded, .notController])
    func whoRefusesIsNotAskedWithoutEnd(code: KafkaErrorCode) {
        var schedule = TelemetrySchedule()
        schedule.didSubscribe(Self.subscription { $0.pushIntervalMs = 1 }, now: Self.begin, chance: 0)
        schedule.didPush(Self.answer(code), now: Self.begin)
        #expect(schedule.due == Self.begin + .seconds(1))
        schedule.didSubscribe(
            Self.subscription { $0.errorCode = code }, now: Self.begin, chance: 0)
        #expect(schedule.due >= Self.begin + .seconds(1))
        var throttled = Self.subscribed()
        throttled.didPush(Self.answer(code, throttleMs: 60_000), now: Self.begin)
        #expect(throttled.due == Self.begin + .seconds(60))
    }

    @Test(arguments: [KafkaErrorCode.invalidRequest, .invalidRecord, .unsupportedVersion])
    func whatIsNotUnderstoodIsNotSaidAgain(code: KafkaErrorCode) {
        var schedule = Self.subscribed()
        schedule.didPush(Self.answer(code), now: Self.begin)
        #expect(schedule.due == .distantFuture)
    }

    @Test func whereNobodySpeaksOfItTheyAreAskedAfterFiveMinutes() {
        var schedule = TelemetrySchedule()
        schedule.didFail(now: Self.begin)
        #expect(schedule.step == .subscribe && schedule.due == Self.begin + .seconds(300))
    }

    @Test func anIntervalThatCannotBeIsTheUsualOne() {
        for intervalMs: Int32 in [0, -5, .min] {
            let subscription = TelemetrySubscription(
                Self.subscription { $0.pushIntervalMs = intervalMs }, known: .zero)
            #expect(subscription.interval == .seconds(300))
        }
    }

    @Test func theBestOfTheAcceptedCompressionsIsUsed() {
        func compression(_ types: [Int8]) -> CompressionType {
            TelemetrySubscription(Self.subscription { $0.acceptedCompressionTypes = types }, known: .zero).compression
        }
        #expect(compression([1, 2, 3, 4]) == .zstd)
        #expect(compression([2, 1]) == .gzip)
        #expect(compression([-1, 99]) == .none)
        #expect(compression([]) == .none)
    }

    @Test func metricsAreWantedByTheBeginOfTheirNames() {
        let some = TelemetrySubscription(Self.subscription(), known: .zero)
        #expect(some.wants("org.apache.kafka.producer.x") && !some.wants("org.apache.kafka.consumer.x"))
        let all = TelemetrySubscription(Self.subscription { $0.requestedMetrics = [""] }, known: .zero)
        #expect(all.wants("anything"))
    }
}
