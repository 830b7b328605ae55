import KafkaProtocol
import KafkaTransport

extension ShareLane {
    /// Asks each broker that owes no answer for records if some are wanted, and tells what is to be told.
    func pump() {
        if isClosed { return }
        let (wants, decided) = queue.look()
        takeDecided(decided)
        if isEnding { return endSessions() }
        let now = MonotonicInstant.now
        for broker in brokersInTurn where !isEnding { pump(broker, wants: wants && mayFetch(now: now), now: now) }
    }

    /// So that none is asked before the others each time.
    private var brokersInTurn: [Int32] {
        links.sorted { ($0.value.lastAsked, $0.key) < ($1.value.lastAsked, $1.key) }.map(\.key)
    }

    /// With a strict limit one broker is asked at a time, so that no more records are acquired than were asked for. One that is silent
    /// does not keep the others waiting.
    private func mayFetch(now: MonotonicInstant) -> Bool {
        configuration.acquireMode != .strictLimit
            || !links.values.contains { link in
                link.inFlight.map { $0.isFetch && now < silenceEnd(of: $0) } ?? false
            }
    }

    private func pump(_ broker: Int32, wants: Bool, now: MonotonicInstant) {
        guard let link = links[broker], link.inFlight == nil else { return }
        let wanted = wants ? wantedSlots(link, now: now) : []
        let mustRenew = link.renewAt <= now
        if !mustRenew { schedule(at: link.renewAt) }
        endLapsed(link, now: now)
        schedule(at: link.nextAgain(now: now))
        if wanted.isEmpty, !link.mustTell(now: now), !mustRenew { return }
        if link.restsUntil > now { return schedule(at: link.restsUntil) }
        guard let connection = readyConnection(broker) else { return }
        let canRenew = canRenew(connection)
        if !canRenew { dropRenewals(link, connection) }
        if mustRenew { addRenewals(link, canRenew: canRenew, now: now) }
        link.dropEnded()
        let mustTell = link.mustTell(now: now)
        if mustTell, !link.session.isOpen { return openSession(broker, link, connection) }
        let told = link.pending.filter { link.refused[$0.source.slot] == nil }
        let isRenewal = !link.renewals.isEmpty || told.contains { $0.with { $0.hasRenewals } }
        // A fetch shares what it tells of; so what is shared no more is told of alone. Nor does what was refused wait for records.
        let isUrgent = isRenewal || link.refused.values.contains { $0.isDue(now: now) }
        if !wanted.isEmpty, !isUrgent, told.allSatisfy({ wanted.contains($0.source.slot) }) {
            return fetch(wanted, broker, link, connection)
        }
        if mustTell {
            let due = (link.pendingSince ?? now) + Self.gathering
            if wanted.isEmpty, !isUrgent, commits.isEmpty, due > now { return schedule(at: due) }
            acknowledge(broker, link, connection)
        }
        // All that was to be told may have ended.
        if !wanted.isEmpty, link.inFlight == nil, !isEnding { fetch(wanted, broker, link, connection) }
    }

    /// How long acknowledgements wait for others when no records are asked for.
    private static let gathering = Duration.milliseconds(10)

    private func wantedSlots(_ link: ShareLink, now: MonotonicInstant) -> Set<Int> {
        var wanted: Set<Int> = []
        var earliest = MonotonicInstant.distantFuture
        for slot in link.slots {
            if partitions[slot].restsUntil > now {
                earliest = min(earliest, partitions[slot].restsUntil)
            } else {
                wanted.insert(slot)
            }
        }
        if earliest != .distantFuture { schedule(at: earliest) }
        return wanted
    }

    /// Reports what waits to be told again, and whose locks are over.
    func endLapsed(_ link: ShareLink, now: MonotonicInstant) {
        for slot in link.refused.keys {
            let cause = link.refused[slot]!.cause
            let lapsed = link.refused[slot]!.endLapsed(now: now)
            link.forgetRefused(slot)
            let error = KafkaClientError(
                Self.lockIsOver.code, Self.lockIsOver.message, brokerError: .invalidRecordState,
                causes: [cause].compactMap(\.self))
            report(partitions[slot].source, lapsed, error)
        }
        checkCommits()
    }

    // MARK: Renewals

    func canRenew(_ connection: BrokerConnection) -> Bool {
        Self.canRenew((try? connection.versions.newest(ShareAcknowledgeRequest.self, of: connection.endpoint)) ?? 0)
    }

    static func canRenew(_ version: Int16) -> Bool { version >= 2 }

    /// The user's are taken back.
    func dropRenewals(_ link: ShareLink, _ connection: BrokerConnection) {
        for acquisition in link.pending {
            report(
                acquisition.source, acquisition.with { $0.dropRenewals() },
                KafkaClientError(
                    .unsupportedVersion,
                    "broker \(connection.endpoint) can't renew locks; Kafka 4.2 and newer can (KIP-1222)"))
        }
        checkCommits()
    }

    /// Has locks renewed of records that wait.
    private func addRenewals(_ link: ShareLink, canRenew: Bool, now: MonotonicInstant) {
        link.renewAt = .distantFuture
        // Those that wait for a session are renewed first.
        if !canRenew || !link.renewals.isEmpty { return }
        let moment = now + link.lockTime / 2
        for acquisition in link.acquisitions where link.refused[acquisition.source.slot] == nil {
            let part = acquisition.with { $0.takeRenewals(endingBefore: moment, now: now) }
            if !part.isEmpty { link.renewals.append(ToldRecords(acquisition: acquisition, part: part)) }
        }
        if link.renewals.isEmpty { planRenewals(link) }
    }

    /// Locks of records that wait are renewed when half of their time is over.
    func planRenewals(_ link: ShareLink) {
        guard configuration.renewsWaitingRecords, !isEnding else { return }
        let end = link.acquisitions.compactMap { $0.with { $0.waitingLockEnd } }.min()
        link.renewAt = end?.advanced(byNanoseconds: -link.lockTime.nanoseconds / 2) ?? .distantFuture
    }
}
