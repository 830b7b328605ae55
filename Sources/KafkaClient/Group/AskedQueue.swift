/// A queue whose user is to ask for records again and again.
protocol AskedQueue: AnyObject, Sendable {
    var activity: QueueActivity { get }
}

/// What the user of a queue does.
struct QueueActivity {
    /// How often something was taken.
    let takeCount: Int
    /// Whether somebody waits for records.
    let isWaiting: Bool
    /// Whether nobody could be blamed for not asking: somebody waits, or nothing is there to be taken, or being handled.
    let isIdle: Bool
}
