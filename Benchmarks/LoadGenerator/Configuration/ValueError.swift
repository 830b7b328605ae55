/// A value that cannot be used: what was given, and what is accepted.
package struct ValueError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
