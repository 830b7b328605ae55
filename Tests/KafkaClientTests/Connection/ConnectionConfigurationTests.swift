import KafkaProtocol
import Testing

@testable import KafkaClient

/// The settings of connections that can't be used.
@Suite struct ConnectionConfigurationTests {
    @Test func `the defaults are those of Kafka`() {
        let configuration = ConnectionConfiguration()
        #expect(configuration.problems.isEmpty)
        #expect(configuration.idleTimeout == .seconds(9 * 60))
        #expect(configuration.reconnectBackoff == .milliseconds(50))
        #expect(configuration.reconnectBackoffMax == .seconds(1))
    }

    @Test(arguments: [Duration.milliseconds(1), .seconds(86_400)])
    func `an idle timeout at its bounds is taken`(timeout: Duration) {
        #expect(ConnectionConfiguration(idleTimeout: timeout).problems.isEmpty)
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .microseconds(999), .milliseconds(86_400_001)])
    func `an idle timeout out of its bounds is told of`(timeout: Duration) {
        let problems = ConnectionConfiguration(idleTimeout: timeout).problems
        #expect(problems.map(\.setting) == ["ConnectionConfiguration.idleTimeout"])
    }

    @Test func `pauses before a broker is tried again: within bounds, and the first one not above the longest`() {
        func settings(_ first: Duration, _ max: Duration) -> [String] {
            ConnectionConfiguration(reconnectBackoff: first, reconnectBackoffMax: max).problems.map(\.setting)
        }
        let first = "ConnectionConfiguration.reconnectBackoff"
        let max = "ConnectionConfiguration.reconnectBackoffMax"
        #expect(settings(.zero, .zero) == [] && settings(.seconds(3600), .seconds(3600)) == [])
        #expect(settings(.seconds(2), .seconds(1)) == [first])
        #expect(settings(.seconds(-1), .seconds(1)) == [first])
        #expect(settings(.seconds(1), .seconds(3601)) == [max])
        #expect(settings(.zero, .seconds(-1)) == [max, first])
    }
}
