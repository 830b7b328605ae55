import Synchronization

/// Something that happens once and that everybody may look at, whatever thread they are on: that the user wants an end.
final class SharedFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
