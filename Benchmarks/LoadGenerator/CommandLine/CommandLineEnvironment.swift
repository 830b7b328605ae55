import KafkaTransport

/// What defaults of the command line come from.
package struct CommandLineEnvironment: Sendable {
    /// CPUs that this process may use.
    package let onlineCores: Int
    /// The seed when none is given.
    package let randomSeed: UInt64

    package init(onlineCores: Int, randomSeed: UInt64) {
        self.onlineCores = onlineCores
        self.randomSeed = randomSeed
    }

    /// This machine, and a seed of its own for every call.
    package static func current() -> CommandLineEnvironment {
        CommandLineEnvironment(
            onlineCores: EventLoop.availableCoreCount, randomSeed: UInt64.random(in: 0...UInt64(UInt32.max)))
    }
}
