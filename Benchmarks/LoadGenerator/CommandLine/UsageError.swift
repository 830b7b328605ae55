/// A command line that is refused before anything starts; the command ends with `ExitStatus.usage`.
package struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to do, without the program's name.
    package let description: String

    package init(_ description: String) { self.description = description }
}
