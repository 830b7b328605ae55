import LoadGenerator

/// `kbench broker`
struct BrokerCommand {
    let options: BrokerOptions

    func run() async -> ExitStatus {
        do {
            return try await BrokerSession(options).run()
        } catch let error as UsageError {
            Terminal.write("kbench: \(error.description)\n", to: 2)
            return .usage
        } catch {
            Terminal.write("kbench: \(error)\n", to: 2)
            return .failure
        }
    }
}
