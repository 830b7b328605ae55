// The one first-in first-out queue of this package.
//
//      slots   [ 5 6 . . . . 3 4 ]      capacity is a power of two
//                    ▲       ▲
//               end ─┘       └─ head
//
// It is public and inlinable, so that each module compiles it for its own elements: through a table of generic types an element
// costs several times as much. Users of the client don't see this module.
//
// What is taken out leaves its slot empty at once: an element that holds memory of a batch must not outlive its turn here.

/// A queue of elements in order, with an index from the front. Taking from the front and adding at either end cost a
/// constant time; once grown, nothing is allocated.
@frozen public struct RingBuffer<Element> {
    @usableFromInline var slots: [Element?]
    @usableFromInline var head = 0
    @usableFromInline var elementCount = 0

    /// An empty queue, which allocates nothing before its first element.
    @inlinable public init() { slots = [] }

    @inlinable public var count: Int { elementCount }
    @inlinable public var isEmpty: Bool { elementCount == 0 }
    @inlinable public var first: Element? { elementCount == 0 ? nil : slots[head] }

    /// The element at a distance from the front.
    ///
    /// - Precondition: the index is below `count`.
    @inlinable public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < elementCount, "an index behind the end of a queue")
            return slots[slot(index)]!
        }
        set {
            precondition(index >= 0 && index < elementCount, "an index behind the end of a queue")
            slots[slot(index)] = newValue
        }
    }

    /// Adds at the end.
    @inlinable public mutating func append(_ element: Element) {
        if elementCount == slots.count { grow() }
        slots[slot(elementCount)] = element
        elementCount += 1
    }

    /// Adds at the front: what comes back is the next one again.
    @inlinable public mutating func prepend(_ element: Element) {
        if elementCount == slots.count { grow() }
        head = (head &- 1) & (slots.count - 1)
        slots[head] = element
        elementCount += 1
    }

    /// Takes the first element; nil when there is none.
    @inlinable public mutating func popFirst() -> Element? {
        if elementCount == 0 { return nil }
        let element = slots[head].take()
        head = (head + 1) & (slots.count - 1)
        elementCount -= 1
        return element
    }

    /// Takes all elements, in order.
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

    /// Calls `body` for each element, first to last.
    @inlinable public func forEach(_ body: (Element) throws -> Void) rethrows {
        for index in 0..<elementCount { try body(slots[slot(index)]!) }
    }

    @inlinable @inline(__always) func slot(_ index: Int) -> Int { (head + index) & (slots.count - 1) }

    @inlinable mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(8, slots.count * 2))
        for index in 0..<elementCount { larger.append(slots[slot(index)].take()) }
        larger.append(contentsOf: repeatElement(nil, count: max(8, slots.count * 2) - elementCount))
        slots = larger
        head = 0
    }
}

extension RingBuffer: Sendable where Element: Sendable {}
