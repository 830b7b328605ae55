// All groups are behind one lock, whichever node coordinates them: a group goes on where it was when its coordinator moves,
// as if a log had been replayed. Nothing is called with the lock held but the groups themselves.

import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// The groups of the cluster, those who wait for them, and the time.
final class GroupCoordinator: Sendable {
    /// What came of a request.
    enum Outcome<Response> {
        case answer(Response)
        /// The answer comes later, by the closure that was given.
        case wait(GroupWaiterID)
    }

    struct State {
        var groups: [String: Group] = [:]
        /// About the bytes that the groups take.
        var byteCount = 0
        /// Who waits. An answer for somebody who is not here any more is dropped.
        var waiters: [GroupWaiterID: @Sendable (GroupAnswer) -> Void] = [:]
        var nextWaiter: UInt64 = 1
        var alarm: GroupAlarm?
        /// When the alarm goes off.
        var alarmAt = MonotonicInstant.distantFuture
    }

    let settings: EmbeddedBrokerGroups
    let state = Mutex(State())
    /// Told, without the lock, of members that a share group has lost.
    private let onGone = Callback<(group: String, members: [String])>()

    func setOnGone(_ body: @escaping @Sendable (_ group: String, _ members: [String]) -> Void) {
        onGone.set { body($0.group, $0.members) }
    }

    init(_ settings: EmbeddedBrokerGroups) { self.settings = settings }

    // MARK: Groups

    /// Does something with one group, which need not exist, and then what that brings with it: answers to others, and the time
    /// of the next deadline.
    ///
    /// - Parameter coordinator: the node that was asked.
    func update<Result>(
        _ id: String, coordinator: Int32? = nil, _ body: (inout Group?, inout State, MonotonicInstant) -> Result
    ) -> Result {
        let now = MonotonicInstant.now
        var gone: [String] = []
        let (result, due) = state.withLock { state in
            // The group is taken out, so that it is changed in place.
            var group = state.groups.removeValue(forKey: id)
            let former = group.map { $0.byteCount + id.utf8.count } ?? 0
            let result = body(&group, &state, now)
            let answers = group?.takeAnswers() ?? []
            gone = group?.takeGone() ?? []
            if let coordinator { group?.coordinator = coordinator }
            // One that came to nothing is not kept.
            if former == 0, group?.isVacant == true { group = nil }
            state.byteCount += (group.map { $0.byteCount + id.utf8.count } ?? 0) - former
            if let group {
                state.groups[id] = group
                setAlarm(group.wakeAt, &state)
            }
            return (result, Self.takeWaiters(of: answers, &state))
        }
        for (tell, answer) in due { tell(answer) }
        if !gone.isEmpty { onGone.call((id, gone)) }
        return result
    }

    /// Looks at all groups. They are not changed by it.
    func forEach(_ body: (String, Group) -> Void) {
        let groups = state.withLock { $0.groups }
        for (id, group) in groups { body(id, group) }
    }

    /// Whether there is room for so many bytes more. Makes some if need be, of groups that nobody would miss.
    func hasRoom(for byteCount: Int, _ state: inout State) -> Bool {
        if state.byteCount + byteCount <= settings.byteCountMax { return true }
        for (id, group) in state.groups where group.isVacant {
            state.groups[id] = nil
            state.byteCount -= group.byteCount + id.utf8.count
        }
        return state.byteCount + byteCount <= settings.byteCountMax
    }

    /// Forgets the offsets of a topic that is gone.
    func forget(topic: String) {
        state.withLock { state in
            for id in state.groups.filter({ $0.value.knows(topic: topic) }).keys {
                guard var group = state.groups.removeValue(forKey: id) else { continue }
                state.byteCount -= group.byteCount
                group.forget(topic: topic)
                state.byteCount += group.byteCount
                state.groups[id] = group
            }
        }
    }

    // MARK: Waiting

    /// Lets a request that may have to wait be served.
    ///
    /// - Parameters:
    ///   - coordinator: the node that was asked.
    ///   - tell: called with the answer if it does not come at once, on any thread.
    ///   - body: gives the answer, or must see to it that the waiter is answered, now or later.
    func serve(
        _ id: String, coordinator: Int32, tell: @escaping @Sendable (GroupAnswer) -> Void,
        _ body: (inout Group?, inout State, GroupWaiterID, MonotonicInstant) -> GroupAnswer.Content?
    ) -> Outcome<GroupAnswer.Content> {
        var own: GroupAnswer.Content?
        let waiter = update(id, coordinator: coordinator) { group, state, now in
            let waiter = GroupWaiterID(number: state.nextWaiter)
            state.nextWaiter += 1
            own = body(&group, &state, waiter, now)
            let answers = group?.takeAnswers() ?? []
            own = own ?? answers.first { $0.waiter == waiter }?.content
            group?.putBack(answers.filter { $0.waiter != waiter })
            if own == nil { state.waiters[waiter] = tell }
            return waiter
        }
        return own.map(Outcome.answer) ?? .wait(waiter)
    }

    /// Drops the answer to a request whose connection is closed.
    func forget(_ waiter: GroupWaiterID) { state.withLock { $0.waiters[waiter] = nil } }

    private static func takeWaiters(
        of answers: [GroupAnswer], _ state: inout State
    ) -> [(@Sendable (GroupAnswer) -> Void, GroupAnswer)] {
        answers.compactMap { answer in state.waiters.removeValue(forKey: answer.waiter).map { ($0, answer) } }
    }

    // MARK: Time

    /// Begins to watch deadlines.
    func start(on loop: EventLoop) {
        state.withLock { state in
            state.alarm = GroupAlarm(on: loop) { [weak self] in self?.expire() }
        }
    }

    private func setAlarm(_ moment: MonotonicInstant, _ state: inout State) {
        guard moment < state.alarmAt else { return }
        state.alarmAt = moment
        state.alarm?.set(at: moment)
    }

    /// Does what is due in all groups.
    func expire() {
        let now = MonotonicInstant.now
        var gone: [(String, [String])] = []
        let due = state.withLock { state in
            var answers: [GroupAnswer] = []
            let ids = state.groups.filter { $0.value.wakeAt <= now }.map(\.key)
            for id in ids {
                guard var group = state.groups.removeValue(forKey: id) else { continue }
                let former = group.byteCount
                group.expire(now: now)
                answers += group.takeAnswers()
                gone.append((id, group.takeGone()))
                state.byteCount += group.byteCount - former
                state.groups[id] = group
            }
            state.alarmAt = .distantFuture
            setAlarm(state.groups.values.map(\.wakeAt).min() ?? .distantFuture, &state)
            return Self.takeWaiters(of: answers, &state)
        }
        for (tell, answer) in due { tell(answer) }
        for (id, members) in gone where !members.isEmpty { onGone.call((id, members)) }
    }

    /// Moves the groups that have another coordinator than before.
    ///
    /// - Parameter coordinator: the node of each group from now on; nil without one.
    func move(to coordinator: (String) -> Int32?) {
        for id in state.withLock({ Array($0.groups.keys) }) {
            let node = coordinator(id)
            update(id) { group, _, now in
                guard let former = group?.coordinator, former != node else { return }
                group?.coordinator = node
                group?.move(now: now)
            }
        }
    }
}
