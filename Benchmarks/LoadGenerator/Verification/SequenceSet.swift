/// A set of numbers that come nearly in order: what is whole takes no memory.
///
/// A bitmap in pages of 4 KiB. A page begins with its first number and is freed when it has all of its 32,768. So the memory is
/// one bit for each number of the pages that have gaps.
struct SequenceSet {
    private struct Page {
        /// Empty before the first number and after the last one.
        var words: [UInt64] = []
        var count = 0
    }

    /// From `firstPage` on; all before are whole.
    private var pages: [Page] = []
    private var firstPage = 0

    private static let pageBits = 15
    private static let pageCount = 1 << pageBits
    private static let wordCount = pageCount / UInt64.bitWidth

    /// Adds a number, at least 0.
    ///
    /// - Returns: false when it is in the set already.
    mutating func insert(_ number: Int64) -> Bool {
        let page = Int(number >> Self.pageBits) - firstPage
        if page < 0 { return false }
        while page >= pages.count { pages.append(Page()) }
        if pages[page].words.isEmpty {
            if pages[page].count > 0 { return false }
            pages[page].words = [UInt64](repeating: 0, count: Self.wordCount)
        }
        let (word, bit) = Self.place(number)
        if pages[page].words[word] & bit != 0 { return false }
        pages[page].words[word] |= bit
        pages[page].count += 1
        if pages[page].count == Self.pageCount { free(page) }
        return true
    }

    func contains(_ number: Int64) -> Bool {
        let page = Int(number >> Self.pageBits) - firstPage
        if page < 0 { return true }
        guard page < pages.count, pages[page].count > 0 else { return false }
        if pages[page].words.isEmpty { return true }
        let (word, bit) = Self.place(number)
        return pages[page].words[word] & bit != 0
    }

    /// Bytes of the bitmap.
    var byteCount: Int { pages.count { !$0.words.isEmpty } * Self.wordCount * MemoryLayout<UInt64>.size }

    private static func place(_ number: Int64) -> (word: Int, bit: UInt64) {
        let index = Int(number) & (pageCount - 1)
        return (index / UInt64.bitWidth, 1 << UInt64(index % UInt64.bitWidth))
    }

    private mutating func free(_ page: Int) {
        pages[page].words = []
        if page > 0 { return }
        let whole = pages.prefix { $0.count == Self.pageCount }.count
        pages.removeFirst(whole)
        firstPage += whole
    }
}
