/// A command line that is refused before anything starts; the command ends with `ExitStatus.usage`.
package struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to do, one sentence each, without the program's name. One at least.
    package let problems: [String]

    package init(_ problem: String) { problems = [problem] }

    /// - Precondition: there is a problem.
    package init(_ problems: [String]) {
        precondition(!problems.isEmpty)
        self.problems = problems
    }

    /// A line for each problem.
    package var description: String { problems.joined(separator: "\n") }
}

/// Collects what is wrong with a command line, so that all of it is told at once.
struct Problems {
    private var found: [String] = []

    /// Adds a problem, unless it is known already: configurations of a sweep often have the same.
    mutating func add(_ problem: String) {
        if !found.contains(problem) { found.append(problem) }
    }

    /// What `body` gives; nil when it throws, and then its problems are added.
    @discardableResult
    mutating func collect<Value>(_ body: () throws(UsageError) -> Value) -> Value? {
        do throws(UsageError) {
            return try body()
        } catch {
            for problem in error.problems { add(problem) }
            return nil
        }
    }

    /// Everything that was found.
    ///
    /// - Precondition: something was.
    var error: UsageError { UsageError(found) }

    /// - Throws: everything that was found, if anything was.
    func refuse() throws(UsageError) {
        if !found.isEmpty { throw error }
    }
}
