import KafkaEmbeddedBroker
import KafkaTransport

/// `kbench broker`: the embedded broker until it is interrupted.
package struct BrokerSession {
    let configuration: EmbeddedBrokerConfiguration
    let endsWithInput: Bool
    let isControlled: Bool
    let terminal: Terminal
    private let security: BrokerSecurity

    /// What is prepared of a log where nobody says how much.
    private static let preparedByteCountMax = 1 << 30

    /// - Throws: why certificates, users or the files for clients can't be had.
    package init(_ options: BrokerOptions) throws {
        security = try BrokerSecurity(options)
        var configuration = EmbeddedBrokerConfiguration()
        configuration.brokerCount = options.brokers
        if options.port != 0 { configuration.ports = (0..<options.brokers).map { options.port + UInt16($0) } }
        switch options.log {
        case .drop: configuration.logPolicy = .drop
        case .memory(let byteCount): configuration.logPolicy = .memory(byteCount: Int(byteCount))
        case nil: break
        }
        configuration.preparedByteCount = options.prepareByteCount ?? Self.preparedByteCountMax
        configuration.roundTripTime = .nanoseconds(options.rttNs)
        configuration.tellsServiceTime = options.tellsServiceTime
        configuration.faults = options.faults
        configuration.security = security.security
        self.configuration = configuration
        endsWithInput = options.endsWithInput
        isControlled = options.isControlled
        var output = OutputSettings()
        output.isQuiet = options.isQuiet
        terminal = Terminal(output)
    }

    /// Serves until SIGINT or SIGTERM, then says what was stored.
    ///
    /// - Throws: `EmbeddedBrokerError` when it can't listen.
    package func serve() async throws -> ExitStatus {
        defer { security.remove() }
        let control = try EventLoop(name: "kbench-control")
        let interrupt = SharedFlag()
        let signals = await InterruptSignals(on: control, interrupt)
        let broker = try EmbeddedBroker(configuration)
        let endpoints: [Endpoint]
        do {
            endpoints = try await broker.start()
        } catch {
            await signals.stop()
            await control.shutDown()
            throw error
        }
        for endpoint in endpoints { Terminal.write("listening on \(endpoint)\n", to: 1) }
        if let folder = security.folder {
            for name in ["client.properties", "librdkafka.conf"] {
                Terminal.write("client settings in \(folder)/\(name)\n", to: 1)
            }
        }
        readInput(broker, signals)
        try? await signals.wait()
        let statistics = broker.statistics
        await broker.stop()
        await signals.stop()
        await control.shutDown()
        terminal.note(
            """
            stored \(statistics.recordCount) records in \(statistics.batchCount) batches \
            (\(Quantity.formatBytes(Int64(statistics.byteCount)))) from \(statistics.acceptedConnectionCount) connections; \
            \(statistics.refusedBatchCount) batches were refused
            """)
        return .success
    }

    /// Carries out the commands that come by standard input, and ends with it, as far as either is asked for.
    private func readInput(_ broker: EmbeddedBroker, _ signals: InterruptSignals) {
        let endsWithInput = endsWithInput
        @Sendable func end() async {
            if endsWithInput { await signals.stopWaiting() }
        }
        if isControlled {
            let control = ControlInput(BrokerControl(broker: broker))
            StandardInput.read {
                await control.take($0)
            } whenEnded: {
                await control.finish()
                await end()
            }
        } else if endsWithInput {
            StandardInput.read(whenEnded: end)
        }
    }
}
