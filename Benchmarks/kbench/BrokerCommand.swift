import LoadGenerator

/// `kbench broker`
struct BrokerCommand {
    let options: BrokerOptions

    func run() async -> ExitStatus { .failure }
}
