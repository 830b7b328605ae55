/// A text that is not JSON: where it stops being that, and what was expected there.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
