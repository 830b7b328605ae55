/// What keeps many questions, asked again and again, from finding something by chance alone.
package enum Multiplicity {
    /// The level at which each of several probabilities is judged, so that all together err with a probability of at most
    /// `level`: the smallest by `level` over their number, the next by one less, and so on, as long as each is small enough.
    ///
    /// Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
    package static func holmLevels(_ probabilities: [Double], level: Double) -> [Double] {
        var levels = [Double](repeating: 0, count: probabilities.count)
        var left = probabilities.count
        var isOver = false
        for index in probabilities.indices.sorted(by: { probabilities[$0] < probabilities[$1] }) {
            levels[index] = level / Double(left)
            if probabilities[index] > levels[index] { isOver = true }
            // From the first that is not found, none is.
            if !isOver { left -= 1 }
        }
        return levels
    }

    /// After how many pairs of runs a comparison is looked at, up to `most`: rarely enough that each look may be judged by its
    /// share of the whole level, and often enough that a clear answer is not waited for.
    ///
    /// - Precondition: `most` is at least 1.
    package static func looks(most: Int) -> [Int] {
        precondition(most >= 1)
        var looks: [Int] = []
        var (look, next) = (8, 12)
        // 8, 12, 16, 24, 32, 48, …: by a half and by a third in turn.
        while look < most {
            looks.append(look)
            (look, next) = (next, look * 2)
        }
        return looks + [most]
    }
}
