import LoadGenerator

/// `kbench broker`
struct BrokerCommand {
    let options: BrokerOptions

    func serve() async -> ExitStatus {
        do {
            return try await BrokerSession(options).serve()
        } catch {
            Terminal.write("kbench: \(error)\n", to: 2)
            return .failure
        }
    }
}
