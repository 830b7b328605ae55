import KafkaClient
import LoadGenerator

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@main
struct Kbench {
    static func main() async {
        openStandardDescriptors()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let status: ExitStatus
        do throws(UsageError) {
            status = await carryOut(try CommandLineParser.parse(arguments), arguments)
        } catch {
            for problem in error.problems { Terminal.write("kbench: \(problem)\n", to: 2) }
            status = .usage
        }
        exit(status.rawValue)
    }

    /// What a caller has closed is open to nowhere, so that no file and no socket gets its number.
    private static func openStandardDescriptors() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    }

    private static func carryOut(_ command: Command, _ arguments: [String]) async -> ExitStatus {
        switch command {
        case .help(let text):
            Terminal.write(text, to: 1)
            return .success
        case .version:
            Terminal.write("kbench \(KafkaClientVersion.current)\n", to: 1)
            return .success
        case .run(let plan): return await RunCommand(plan: plan, arguments: arguments).carryOut()
        case .compare(let plan):
            return await CompareCommand(plan: plan, arguments: Array(arguments.dropFirst())).carryOut()
        case .find(let plan):
            return await FindCommand(plan: plan, arguments: Array(arguments.dropFirst())).carryOut()
        case .ladder(let plan), .consume(let plan), .endToEnd(let plan):
            return await RunCommand(plan: plan, arguments: arguments).carryOut()
        case .broker(let options): return await BrokerCommand(options: options).serve()
        }
    }
}
