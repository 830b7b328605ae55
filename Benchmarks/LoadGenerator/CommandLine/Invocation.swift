/// A subcommand, and of which kind the runs are that it carries out: those of `kbench run`, unless it is of another kind itself, or
/// one is named behind it, as in `kbench find end-to-end`.
package struct Invocation: Sendable, Equatable {
    package let subcommand: Subcommand
    /// `run`, `consume` or `end-to-end`.
    package let kind: Subcommand
    /// Whether the kind stands behind the subcommand.
    let isKindNamed: Bool

    package init(_ subcommand: Subcommand) {
        self.subcommand = subcommand
        kind = Subcommand.sweeping.contains(subcommand) ? subcommand : .run
        isKindNamed = false
    }

    /// - Precondition: `subcommand` takes a kind.
    init(_ subcommand: Subcommand, of kind: Subcommand) {
        precondition(subcommand.takesKind && Subcommand.sweeping.contains(kind))
        (self.subcommand, self.kind, isKindNamed) = (subcommand, kind, true)
    }

    /// Takes the kind off the words behind a subcommand, where it is named. Of two folders the first may be called like one.
    init(_ subcommand: Subcommand, taking words: inout ArraySlice<String>) {
        let next = words.dropFirst().first
        guard subcommand.takesKind, let kind = words.first.flatMap(Subcommand.init(rawValue:)),
            Subcommand.sweeping.contains(kind), subcommand.operandCountMax == 0 || next?.hasPrefix("-") ?? true
        else {
            self.init(subcommand)
            return
        }
        words.removeFirst()
        self.init(subcommand, of: kind)
    }

    /// As it stands on a command line, without `run`: `find end-to-end`.
    var title: String {
        subcommand.rawValue + (subcommand.takesKind && kind != .run ? " " + kind.rawValue : "")
    }

    /// Whether an option is one of this subcommand's, for runs of this kind.
    func has(_ row: OptionRow) -> Bool {
        row.subcommands.contains(subcommand)
            && (row.subcommands.contains(kind) || row.subcommands.isDisjoint(with: Subcommand.sweeping))
    }

    /// Its options, in the order of the table.
    package var rows: [OptionRow] { OptionTable.rows.filter(has) }
}

extension Subcommand {
    /// With each kind of runs that it may have.
    var invocations: [Invocation] {
        takesKind ? Self.kinds.map { Invocation(self, of: $0) } : [Invocation(self)]
    }
}
