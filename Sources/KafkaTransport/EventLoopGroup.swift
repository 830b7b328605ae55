/// Several event loops that are started and shut down together.
///
/// ``start(count:name:)`` creates a group, and ``withLoops(count:name:_:)`` also ends it.
public final class EventLoopGroup: Sendable {
    /// The loops, at least one.
    public let loops: [EventLoop]

    /// - Parameters:
    ///   - count: at least one.
    ///   - name: the name of the threads, to which their number is added.
    /// - Throws: `TransportError` when the system refuses a loop or a thread.
    package init(count: Int, name: String = "kafka") throws(TransportError) {
        precondition(count > 0, "a group has at least one loop")
        var loops: [EventLoop] = []
        do throws(TransportError) {
            for index in 0..<count { loops.append(try EventLoop(name: "\(name)-\(index)")) }
        } catch {
            for loop in loops { loop.end() }
            throw error
        }
        self.loops = loops
    }

    /// Ends the loops and waits for their threads. Close everything that runs on them before. Must not be called on one of
    /// them.
    public func shutDown() async {
        for loop in loops { await loop.shutDown() }
    }
}
