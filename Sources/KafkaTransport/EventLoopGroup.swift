/// Some event loops that are started and shut down together.
public final class EventLoopGroup: Sendable {
    public let loops: [EventLoop]

    /// - Parameters:
    ///   - count: at least one; one per core that the work may use.
    ///   - name: of the threads, followed by their number.
    /// - Throws: `TransportError` when the system refuses a loop or a thread.
    package init(count: Int, name: String = "kafka") throws(TransportError) {
        precondition(count > 0, "a group has at least one loop")
        var loops: [EventLoop] = []
        for index in 0..<count { loops.append(try EventLoop(name: "\(name)-\(index)")) }
        self.loops = loops
    }

    /// Ends the loops and waits for their threads. What lives on them must be closed before.
    public func shutDown() async {
        for loop in loops { await loop.shutDown() }
    }
}
