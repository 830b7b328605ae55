import Synchronization

/// What other threads hand to an actor. One job of the actor takes all that has arrived until it runs, so the order holds and
/// a thread is woken once for many.
struct Inbox<Element: Sendable>: ~Copyable, Sendable {
    private let elements = Mutex<[Element]>([])

    /// Adds elements at the end. From any thread.
    ///
    /// - Returns: whether the caller must start the job that takes them; otherwise one was started and has not run yet.
    func add(_ arrived: [Element]) -> Bool {
        elements.withLock { elements in
            elements.append(contentsOf: arrived)
            return elements.count == arrived.count
        }
    }

    /// Takes all elements, in the order in which they were added.
    func takeAll() -> [Element] {
        elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }
}
