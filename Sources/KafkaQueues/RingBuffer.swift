// The one first-in first-out queue of this package.
//
//      storage   [ 5 6 . . . . 3 4 ]      capacity is a power of two
//                      ▲       ▲
//                 end ─┘       └─ head
//
// It is public and inlinable so that each module compiles it for its own elements: through a table of generic types an
// element would cost several times as much. The client does not export this module.
//
// An element that is taken out leaves nothing behind in the storage: it may hold memory of a batch, which must go back.

/// A queue: elements in order, which can also be read by their distance from the front.
///
/// Taking from the front and adding at either end take constant time. The queue grows as needed, and then keeps its memory.
/// It is public only so that other modules of this package can specialise it.
@frozen public struct RingBuffer<Element> {
    @usableFromInline var storage: [Element?]
    @usableFromInline var head = 0
    @usableFromInline var elementCount = 0

    /// An empty queue, which allocates nothing before its first element.
    @inlinable public init() { storage = [] }

    /// The number of elements.
    @inlinable public var count: Int { elementCount }
    /// Whether there is no element.
    @inlinable public var isEmpty: Bool { elementCount == 0 }
    /// The element at the front; nil when there is none.
    @inlinable public var first: Element? { elementCount == 0 ? nil : storage[head] }

    /// The element at a distance from the front, which has distance 0.
    ///
    /// - Precondition: `index` is not negative and below `count`.
    @inlinable public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < elementCount, "an index behind the end of a queue")
            return storage[position(index)]!
        }
        set {
            precondition(index >= 0 && index < elementCount, "an index behind the end of a queue")
            storage[position(index)] = newValue
        }
    }

    /// Adds an element at the end.
    @inlinable public mutating func append(_ element: Element) {
        if elementCount == storage.count { grow() }
        storage[position(elementCount)] = element
        elementCount += 1
    }

    /// Adds an element at the front: it is the next one to be taken.
    @inlinable public mutating func prepend(_ element: Element) {
        if elementCount == storage.count { grow() }
        head = (head &- 1) & (storage.count - 1)
        storage[head] = element
        elementCount += 1
    }

    /// Takes the element at the front; nil when there is none.
    @inlinable public mutating func popFirst() -> Element? {
        if elementCount == 0 { return nil }
        let element = storage[head].take()
        head = (head + 1) & (storage.count - 1)
        elementCount -= 1
        return element
    }

    /// Takes the element at the end; nil when there is none.
    @inlinable public mutating func popLast() -> Element? {
        if elementCount == 0 { return nil }
        elementCount -= 1
        return storage[position(elementCount)].take()
    }

    /// Takes all elements, in order. Linear.
    @inlinable public mutating func takeAll() -> [Element] {
        if elementCount == 0 { return [] }
        var elements: [Element] = []
        elements.reserveCapacity(elementCount)
        while let element = popFirst() { elements.append(element) }
        return elements
    }

    /// Removes the elements for which `isUnwanted` holds; the others keep their order. Linear.
    @inlinable public mutating func removeAll(where isUnwanted: (Element) throws -> Bool) rethrows {
        for _ in 0..<elementCount {
            guard let element = popFirst() else { return }
            if try !isUnwanted(element) { append(element) }
        }
    }

    /// Calls `body` for each element, from the front to the end.
    @inlinable public func forEach(_ body: (Element) throws -> Void) rethrows {
        for index in 0..<elementCount { try body(storage[position(index)]!) }
    }

    @inlinable @inline(__always) func position(_ index: Int) -> Int { (head + index) & (storage.count - 1) }

    @inlinable mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(8, storage.count * 2))
        for index in 0..<elementCount { larger.append(storage[position(index)].take()) }
        larger.append(contentsOf: repeatElement(nil, count: max(8, storage.count * 2) - elementCount))
        storage = larger
        head = 0
    }
}

extension RingBuffer: Sendable where Element: Sendable {}
