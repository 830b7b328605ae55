// Completions are text made from the table of options: what the parser takes is what a shell offers.

/// A shell that `kbench completions` writes for.
package enum Shell: String, NamedChoice {
    case bash, zsh, fish

    package static let noun = "shell"

    /// A script that completes kbench's subcommands, options and values.
    package var completions: String {
        switch self {
        case .bash: bashCompletions
        case .zsh: zshCompletions
        case .fish: fishCompletions
        }
    }
}

private let subcommands = Subcommand.allCases

private let kinds = Subcommand.kinds.map(\.rawValue)

private let shells = Shell.allCases.map(\.rawValue)

// MARK: bash

private var bashCompletions: String {
    let names = subcommands.map(\.rawValue)
    var text = """
        # Completions of kbench for bash. Made by `kbench completions bash`.
        _kbench() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} sub=run head=
            # bash cuts words at = and at : as well.
            if [[ $cur == = ]]; then
                cur=
            elif [[ $prev == = ]]; then
                prev=${COMP_WORDS[COMP_CWORD-2]}
            fi
            case ${COMP_WORDS[1]} in
            \(names.joined(separator: "|"))) sub=${COMP_WORDS[1]} ;;
            esac
            COMPREPLY=()
            case $sub:$prev in

        """
    for subcommand in subcommands {
        for option in OptionTable.rowsOfAnyKind(of: subcommand) where option.takesValue {
            let pattern = option.spellings.map { "\(subcommand.rawValue):\($0)" }.joined(separator: "|")
            text += "    \(pattern)) \(bashValues(option)) return ;;\n"
        }
    }
    text +=
        "    completions:completions) COMPREPLY=($(compgen -W '\(shells.joined(separator: " "))' -- \"$cur\")); return ;;\n"
    text += "    esac\n    case $sub in\n"
    for subcommand in subcommands {
        let words = OptionTable.rowsOfAnyKind(of: subcommand).flatMap(\.spellings).filter { $0.hasPrefix("--") }
        text +=
            "    \(subcommand.rawValue)) COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$cur\")) ;;\n"
    }
    return text + """
            esac
            if ((COMP_CWORD == 1)); then
                COMPREPLY+=($(compgen -W '\(names.joined(separator: " "))' -- "$cur"))
            elif ((COMP_CWORD == 2)) && [[ $sub == @(\(takingKinds.joined(separator: "|"))) ]]; then
                COMPREPLY+=($(compgen -W '\(kinds.joined(separator: " "))' -- "$cur"))
            fi
        }
        complete -F _kbench kbench

        """
}

private let takingKinds = subcommands.filter(\.takesKind).map(\.rawValue)

private func bashValues(_ option: OptionRow) -> String {
    switch option.completion {
    case .nothing: ""
    case .file: "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"));"
    case .folder: "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\"));"
    case .words(let words):
        // Of a comma list the last entry is completed.
        (option.isList ? "head=${cur%\"${cur##*,}\"}; " : "")
            + "COMPREPLY=($(compgen -P \"$head\" -W '\(words.joined(separator: " "))' -- \"${cur#\"$head\"}\"));"
    }
}

// MARK: zsh

private var zshCompletions: String {
    var text = """
        #compdef kbench
        # Completions of kbench for zsh. Made by `kbench completions zsh`.
        _kbench() {
            local sub=run
            local -a subcommands=(

        """
    for subcommand in subcommands {
        text += "        '\(subcommand.rawValue):\(zshQuoted(subcommand.summary))'\n"
    }
    text += """
            )
            if (( CURRENT == 2 )); then
                _describe subcommand subcommands
            fi
            case ${words[2]} in
            \(subcommands.map(\.rawValue).joined(separator: "|")))
                sub=${words[2]}
                shift words
                (( CURRENT-- ))
                ;;
            esac
            case $sub in

        """
    for subcommand in subcommands {
        text += "    \(subcommand.rawValue))\n        _arguments \\\n"
        var specifications = OptionTable.rowsOfAnyKind(of: subcommand).flatMap(zshSpecifications)
        if subcommand.takesKind { specifications.append("'::kind of runs:(\(kinds.joined(separator: " ")))'") }
        text += specifications.map { "            \($0)" }.joined(separator: " \\\n")
        if subcommand == .completions { text += "            ':shell:(\(shells.joined(separator: " ")))'" }
        text += "\n        ;;\n"
    }
    return text + """
            esac
        }
        # Read from a folder of fpath it is the function itself; read by source it only defines one.
        if [[ ${funcstack[1]} == _kbench ]]; then
            _kbench "$@"
        else
            compdef _kbench kbench
        fi

        """
}

private func zshSpecifications(_ option: OptionRow) -> [String] {
    let repeated = option.arity == .repeatable ? "*" : ""
    return option.spellings.map { spelling in
        let equals = option.takesValue && spelling.hasPrefix("--") ? "=" : ""
        var text = "\(repeated)\(spelling)\(equals)[\(zshQuoted(option.meaning))]"
        guard option.takesValue else { return "'\(text)'" }
        text += ":\(zshQuoted(option.placeholder)):"
        switch option.completion {
        case .nothing: text += " "
        case .file: text += "_files"
        case .folder: text += "_files -/"
        case .words(let words) where option.isList: text += "_sequence compadd - \(words.joined(separator: " "))"
        case .words(let words): text += "(\(words.map(zshQuoted).joined(separator: " ")))"
        }
        return "'\(text)'"
    }
}

private func zshQuoted(_ text: String) -> String {
    text.reduce(into: "") { quoted, character in
        switch character {
        case "'": quoted += "'\\''"
        case "[", "]", ":", "\\": quoted += "\\\(character)"
        default: quoted.append(character)
        }
    }
}

// MARK: fish

private var fishCompletions: String {
    var text = "# Completions of kbench for fish. Made by `kbench completions fish`.\ncomplete -c kbench -f\n"
    let others = subcommands.filter { $0 != .run }.map(\.rawValue).joined(separator: " ")
    for subcommand in subcommands {
        text += """
            complete -c kbench -n __fish_use_subcommand -a \(subcommand.rawValue) -d \(fishQuoted(subcommand.summary))

            """
    }
    for subcommand in subcommands {
        let condition = fishCondition(of: subcommand, others: others)
        if subcommand.takesKind {
            text += "complete -c kbench -n '\(condition)' -a '\(kinds.joined(separator: " "))'\n"
        }
        for option in OptionTable.rowsOfAnyKind(of: subcommand) {
            let short = option.shortName.map { " -s \($0)" } ?? ""
            let names = ([option.name] + option.aliases).map { " -l \($0)" }.joined()
            text +=
                "complete -c kbench -n '\(condition)'\(short)\(names)\(fishValues(option)) -d \(fishQuoted(option.meaning))\n"
        }
    }
    return text
        + "complete -c kbench -n '__fish_seen_subcommand_from completions' -a '\(shells.joined(separator: " "))'\n"
}

/// Whether the line is one of this subcommand, whose name may be a kind of runs of another's.
private func fishCondition(of subcommand: Subcommand, others: String) -> String {
    if subcommand == .run { return "not __fish_seen_subcommand_from \(others)" }
    let own = "__fish_seen_subcommand_from \(subcommand.rawValue)"
    guard Subcommand.sweeping.contains(subcommand) else { return own }
    return own + "; and not __fish_seen_subcommand_from \(takingKinds.joined(separator: " "))"
}

private func fishValues(_ option: OptionRow) -> String {
    guard option.takesValue else { return "" }
    switch option.completion {
    case .nothing: return " -x"
    case .file: return " -r -F"
    case .folder: return " -x -a '(__fish_complete_directories)'"
    case .words(let words) where option.isList:
        return " -x -a '(__fish_append , \(words.joined(separator: " ")))'"
    case .words(let words): return " -x -a '\(words.joined(separator: " "))'"
    }
}

private func fishQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
}
