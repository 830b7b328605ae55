/// The permits of one lane, under the limit that it shares with other lanes. Belongs to the lane.
final class LanePermits {
    private let limit: InFlightLimit?
    /// Whether the lane has a permit that it has not used yet.
    private var isHeld = false
    /// Whether the lane waits in line for a permit.
    private(set) var isWaiting = false

    /// The answer to a lane that asks for a permit.
    enum Permission {
        /// The request may be sent.
        case granted
        /// No permit is free. The lane calls `waitInLine`, in a task of its own.
        case mustWait
        /// No permit is free, and the lane waits in line already.
        case isWaiting
    }

    /// - Parameter limit: nil when there is none: every request may then be sent.
    init(_ limit: InFlightLimit?) { self.limit = limit }

    /// Asks for a permit for one request.
    func take() -> Permission {
        guard let limit else { return .granted }
        if isHeld {
            isHeld = false
            return .granted
        }
        if isWaiting { return .isWaiting }
        if limit.permits.tryTake() { return .granted }
        isWaiting = true
        return .mustWait
    }

    /// Waits in line for a permit, and calls `use`, which may send a request with it. A permit that `use` did not need is
    /// given back, so that other lanes get it.
    nonisolated(nonsending) func waitInLine(_ use: () -> Void) async {
        guard let limit else { return }
        do {
            try await limit.permits.take()
        } catch {
            isWaiting = false
            return
        }
        // Set before `use`, which may ask for another permit and must then wait in line again.
        isWaiting = false
        isHeld = true
        use()
        if isHeld {
            isHeld = false
            limit.permits.give()
        }
    }

    /// Gives back the permit of a request that has ended.
    func give() { limit?.permits.give() }
}
