import KafkaProtocol
import KafkaTransport

extension ShareLane {
    /// Tells brokers what is left to be told, then that their sessions end, once somebody waits for that.
    func endSessions() {
        if finishing == nil { return }
        let now = MonotonicInstant.now
        for (broker, link) in links where link.inFlight == nil && !link.isClosing {
            guard let connection = link.connection, connection.isReady else { continue }
            endLapsed(link, now: now)
            if !canRenew(connection) { dropRenewals(link, connection) }
            link.dropEnded()
            if link.mustTell(now: now) {
                if link.session.isOpen {
                    acknowledge(broker, link, connection)
                } else if link.restsUntil > now {
                    schedule(at: link.restsUntil)
                    continue
                } else {
                    openSession(broker, link, connection)
                }
            }
            if link.inFlight != nil { continue }
            // What the broker could not take is told again before the end gives it back.
            if link.hasUntold {
                schedule(at: link.nextAgain(now: now))
            } else if link.session.isOpen {
                closeSession(broker, link, connection)
            }
        }
        checkFinished()
    }

    /// With its last epoch a broker gives back what was acquired in the session.
    private func closeSession(_ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection) {
        guard let version = try? connection.versions.newest(ShareAcknowledgeRequest.self, of: connection.endpoint)
        else { return link.session.reset() }
        link.isClosing = true
        connection.send(
            acknowledgement([:], epoch: -1), version: version, timeout: Self.closingTimeout
        ) { [weak self] _ in
            self?.assumeIsolated { lane in
                lane.links[broker]?.isClosing = false
                lane.links[broker]?.session.reset()
                lane.checkFinished()
            }
        }
    }

    private static let closingTimeout = Duration.seconds(5)

    func checkFinished() { if links.values.allSatisfy(\.isEnded) { finishing?.resume() } }
}
