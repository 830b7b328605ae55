extension String {
    /// Words of others as they may stand in a message: on one line, without what a terminal obeys, and not too long.
    package var foreign: String {
        var text = ""
        for scalar in unicodeScalars.prefix(Self.foreignLengthMax) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                text += " "
            default: text.unicodeScalars.append(scalar)
            }
        }
        return unicodeScalars.count > Self.foreignLengthMax ? text + "…" : text
    }

    private static let foreignLengthMax = 500
}
