/// What a shell can offer as an option's value.
package enum Completion: Sendable, Equatable {
    /// Nothing: a number, a name, a time.
    case nothing
    /// Words. Of one that ends with a colon something follows.
    case words([String])
    case file
    case folder
}
