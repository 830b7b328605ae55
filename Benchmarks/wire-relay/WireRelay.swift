// Makes a server seem far away: relays TCP connections, and delays what it relays by half a round trip time each way.
//
//      wire-relay RTT PORT=HOST:PORT …
//
// For each PORT=HOST:PORT it listens on that port of 127.0.0.1 and connects to HOST:PORT, numeric. It prints `ready` and runs
// until it is ended. SIGUSR1 resets all connections that it has at that moment. scripts/with-kafka puts it before a Kafka; on
// Linux, `tc … netem` delays as well where the kernel has it.
//
// The wire is long and not narrow: rates have no limit but the machine's, and 64 MiB may be under way each way. To open a
// connection takes no time; what comes over it does.

import KafkaTransport
import LoadGenerator

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@main
struct WireRelay {
    static func main() async {
        let arguments: WireRelayArguments
        do throws(UsageError) {
            arguments = try WireRelayArguments(Array(CommandLine.arguments.dropFirst()))
        } catch {
            for problem in error.problems { Terminal.write("wire-relay: \(problem)\n", to: 2) }
            exit(ExitStatus.usage.rawValue)
        }
        do {
            let loop = try EventLoop(name: "wire-relay")
            let relay = try await Task(executorPreference: loop) {
                try Relay(arguments, resetSignal: SIGUSR1, on: loop)
            }.value
            Terminal.write("ready\n", to: 1)
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            withExtendedLifetime(relay) {}
        } catch {
            Terminal.write("wire-relay: \(error)\n", to: 2)
            exit(ExitStatus.failure.rawValue)
        }
    }
}
