import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What defaults of the command line come from.
package struct CommandLineEnvironment: Sendable {
    /// CPUs that this process may use.
    package let onlineCores: Int
    /// The seed when none is given.
    package let randomSeed: UInt64
    /// The variables that settings may name.
    package let variables: [String: String]

    package init(onlineCores: Int, randomSeed: UInt64, variables: [String: String] = [:]) {
        self.onlineCores = onlineCores
        self.randomSeed = randomSeed
        self.variables = variables
    }

    /// This machine, and a seed of its own for every call.
    package static func current() -> CommandLineEnvironment {
        CommandLineEnvironment(
            onlineCores: EventLoop.availableCoreCount, randomSeed: UInt64.random(in: 0...UInt64(UInt32.max)),
            variables: Self.ownVariables)
    }

    private static var ownVariables: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let sign = text.firstIndex(of: "=") {
                variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            next += 1
        }
        return variables
    }
}
