// Programs that create builders and lanes themselves start loops for them here. `Client.withProducer` starts its own.

public import KafkaProtocol
public import KafkaTransport

extension EventLoop {
    /// Starts a loop: a thread that runs builders, producer lanes, partition producers and partition fetchers.
    ///
    /// When these are closed, end the loop with ``shutDown()``.
    ///
    /// - Parameter name: the name of the thread, for debuggers and `top -H`; the first 15 bytes are kept.
    /// - Throws: `KafkaClientError` with `.systemResources` when the system refuses a loop or a thread.
    public static func start(name: String = "kafka-loop") throws(KafkaClientError) -> EventLoop {
        do throws(TransportError) {
            return try EventLoop(name: name)
        } catch {
            throw KafkaClientError(.systemResources, "no event loop could be started", underlying: error)
        }
    }
}

extension EventLoopGroup {
    /// Starts several loops. When everything that runs on them is closed, end them with ``shutDown()``.
    ///
    /// - Parameters:
    ///   - count: the number of loops, 1 to 1,024; best one for each core that the work may use.
    ///   - name: the name of the threads. Their number is added: `kafka-0`, `kafka-1`, ….
    /// - Throws: `KafkaClientError`: `.invalidArgument` for a count out of its bounds, `.systemResources` when the system
    ///   refuses a loop or a thread.
    public static func start(count: Int, name: String = "kafka") throws(KafkaClientError) -> EventLoopGroup {
        guard (1...1024).contains(count) else {
            throw KafkaClientError(.invalidArgument, "\(count) event loops were asked for; ask for 1 to 1024")
        }
        do throws(TransportError) {
            return try EventLoopGroup(count: count, name: name)
        } catch {
            throw KafkaClientError(.systemResources, "\(count) event loops could not be started", underlying: error)
        }
    }

    /// Starts several loops, calls `body`, and ends the loops when it returns or throws.
    ///
    /// - Parameters:
    ///   - count: the number of loops, 1 to 1,024; best one for each core that the work may use.
    ///   - name: the name of the threads. Their number is added: `kafka-0`, `kafka-1`, ….
    ///   - body: gets the loops. It must close everything that it runs on them before it returns.
    /// - Returns: what `body` returns.
    /// - Throws: the errors of ``start(count:name:)``, or what `body` throws.
    public static func withLoops<Result: Sendable>(
        count: Int, name: String = "kafka", _ body: ([EventLoop]) async throws -> Result
    ) async throws -> Result {
        let group = try start(count: count, name: name)
        return try await always {
            try await body(group.loops)
        } thenCleanUp: {
            await group.shutDown()
        }
    }
}
