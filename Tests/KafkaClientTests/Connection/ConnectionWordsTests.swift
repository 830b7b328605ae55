import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What is said of a broker that can't be connected to.
@Suite struct ConnectionWordsTests {
    private typealias Bench = ConnectionBench

    /// The errors of a broker that can't be connected to, in the order: not found, refused, silent, without a handshake.
    private func openingErrors(node: Int32?) throws -> [KafkaClientError] {
        var errors: [KafkaClientError] = []
        var bench = Bench(node: node)
        _ = bench.machine.open(now: bench.now)
        let found = bench
        errors.append(
            try ending(bench.machine.didLookUp(.failure(TransportError(code: -3008, "look up")), now: bench.now)).error)
        bench = found
        _ = bench.lookUp(1)
        let trying = bench
        errors.append(try ending(bench.connect(Bench.refused)).error)
        bench = trying
        errors.append(try ending(bench.wait(.seconds(10))).error)
        bench = trying
        _ = bench.connect()
        errors.append(try ending(bench.wait(.seconds(10))).error)
        return errors
    }

    @Test func `a bootstrap server can't be connected to: the message asks for host and port`() throws {
        #expect(
            try openingErrors(node: nil).map(\.message) == [
                "cannot find broker broker:9092; check the host's name",
                "cannot connect to broker broker:9092; is it running, and are host and port right?",
                "broker broker:9092 cannot be reached; check the host, the port and what lies between",
                """
                broker broker:9092 accepted the connection but does not answer; is it a Kafka broker, and does its \
                listener want TLS? (waited 10.0 seconds)
                """,
            ])
    }

    @Test func `a broker of the cluster can't be connected to: the message says where the address came from`() throws {
        let origin = "at broker:9092: the cluster told this client that address (the broker's advertised.listeners)"
        let answer = "accepted the connection but does not answer: the cluster told this client that address"
        #expect(
            try openingErrors(node: 3).map(\.message) == [
                """
                cannot find broker 3 \(origin); make the name known to this machine, or let the broker advertise an \
                address that clients can use
                """,
                """
                cannot connect to broker 3 \(origin); is the broker running, and does it advertise an address that \
                clients can use?
                """,
                """
                broker 3 cannot be reached \(origin); check what lies between, or let the broker advertise an address \
                that clients can use
                """,
                """
                broker 3 at broker:9092 \(answer) (the broker's advertised.listeners); is it a Kafka broker, and does \
                its listener want TLS? (waited 10.0 seconds)
                """,
            ])
    }

    @Test func `a connection to a broker of the cluster ends: the message has its id and its address`() throws {
        var bench = Bench(node: 3)
        _ = bench.machine.open(now: bench.now)
        _ = bench.lookUp(1)
        _ = bench.connect()
        var silent = bench
        let closed = try ending(silent.machine.didEnd(Bench.reset)).error.message
        var other = bench
        let stranger = try ending(other.machine.didReceive(correlationID: 5)).error.message
        _ = bench.receive(ApiVersionsResponse())
        _ = bench.write("a")
        let late = try ending(bench.wait(.seconds(30))).error.message
        for message in [closed, stranger, late] { #expect(message.hasPrefix("broker 3 (broker:9092) "), "\(message)") }
    }
}
