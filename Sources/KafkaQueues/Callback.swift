import Synchronization

/// A closure that is called from any thread, and may be set anew.
///
/// It lies in a structure of its own. By itself in a `Mutex`, Swift 6.3 wraps a closure once more each time that it is looked at, so that
/// each call takes more memory and more of the stack than the one before.
package final class Callback<Argument>: Sendable {
    private struct Body: Sendable {
        var call: @Sendable (Argument) -> Void
    }

    private let body: Mutex<Body>

    /// - Parameter body: what is called until another one is set.
    package init(_ body: @escaping @Sendable (Argument) -> Void = { _ in }) { self.body = Mutex(Body(call: body)) }

    /// Sets what is called from now on.
    package func set(_ body: @escaping @Sendable (Argument) -> Void) { self.body.withLock { $0 = Body(call: body) } }

    /// Calls it, without a lock.
    package func call(_ argument: Argument) { body.withLock { $0 }.call(argument) }
}

extension Callback where Argument == Void {
    /// Calls it, without a lock.
    package func call() { call(()) }
}
