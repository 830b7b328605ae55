import Synchronization

/// Says to everything that runs that the user wants an end.
final class RunInterrupt: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
