/// What one lane has of the limit that it shares with others. Belongs to the lane.
final class LanePermits {
    private let limit: InFlightLimit?
    /// A permit that was handed over and is not used yet.
    private var isHeld = false
    /// The lane stands in line for one.
    private(set) var isWaiting = false

    /// What the lane got.
    enum Permission {
        case granted
        /// The lane must wait in line: by `waitInLine`, in a task of its own.
        case mustWait
        /// The lane waits in line already.
        case isWaiting
    }

    /// - Parameter limit: nil when there is none, and every request may go.
    init(_ limit: InFlightLimit?) { self.limit = limit }

    /// Asks for a permit for one request.
    func take() -> Permission {
        guard let limit else { return .granted }
        if isHeld {
            isHeld = false
            return .granted
        }
        if isWaiting { return .isWaiting }
        if limit.tryTake() { return .granted }
        isWaiting = true
        return .mustWait
    }

    /// Waits in line for a permit, and lets `use` use it. What is left of it goes to others, which may have more use for it.
    nonisolated(nonsending) func waitInLine(_ use: () -> Void) async {
        guard let limit else { return }
        do {
            try await limit.take()
        } catch {
            isWaiting = false
            return
        }
        // Before `use`, which may want another one, and then waits in line again.
        isWaiting = false
        isHeld = true
        use()
        if isHeld {
            isHeld = false
            limit.give()
        }
    }

    /// A request has ended: its permit goes back.
    func give() { limit?.give() }
}
