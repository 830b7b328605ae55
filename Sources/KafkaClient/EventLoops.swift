// The loops of those who put builders and producers together themselves. `Client.withProducer` starts its own.

public import KafkaProtocol
public import KafkaTransport

extension EventLoop {
    /// Starts a loop: a thread on which builders, producer lanes and the single-partition primitives live.
    ///
    /// End it with ``shutDown()`` when what lives on it is closed.
    ///
    /// - Parameter name: shown by debuggers and `top -H`; the first 15 bytes are kept.
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
    /// Starts some loops at once. End them with ``shutDown()`` when what lives on them is closed.
    ///
    /// - Parameters:
    ///   - count: 1 to 1,024: one for each core that the work may use.
    ///   - name: of the threads; their number is added.
    /// - Throws: `KafkaClientError` with `.invalidArgument` for a count out of its bounds, with `.systemResources` when the
    ///   system refuses a loop or a thread.
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

    /// Starts some loops for the length of `body`, and ends them whatever happens.
    ///
    /// - Parameters:
    ///   - count: 1 to 1,024: one for each core that the work may use.
    ///   - name: of the threads; their number is added.
    ///   - body: must close what it puts on the loops before it returns.
    /// - Throws: as ``start(count:name:)``, or what `body` throws.
    public static func withLoops<Result: Sendable>(
        count: Int, name: String = "kafka", _ body: ([EventLoop]) async throws -> Result
    ) async throws -> Result {
        let group = try start(count: count, name: name)
        do {
            let result = try await body(group.loops)
            await group.shutDown()
            return result
        } catch {
            await group.shutDown()
            throw error
        }
    }
}
