/// What `compare` or `find` was begun with, read again to go on with it.
struct BegunCommand {
    /// Those of the first command line, with what this one says of how results are shown.
    let options: ParsedOptions
    /// With the seed of then.
    let environment: CommandLineEnvironment

    /// - Throws: `UsageError` when there is nothing to go on with, or this command line says more than how to show it.
    init(_ directory: String, given: ParsedOptions, environment: CommandLineEnvironment) throws(UsageError) {
        let table = OptionTable.shared
        let own = [table.resume.row, table.quiet.row, table.format.row]
        for row in given.rows where !own.contains(where: { $0.name == row.name }) {
            throw UsageError("--resume goes on with what \(directory) was begun with; leave \(row.flag) out")
        }
        let manifest = try CommandManifest.read(directory, of: given.subcommand)
        var options = try ParsedOptions(manifest.arguments, subcommand: given.subcommand)
        guard !given.invocation.isKindNamed || given.kind == options.kind else {
            throw UsageError(
                "--resume \(directory): it was begun by kbench \(options.invocation.title), not kbench \(given.invocation.title)"
            )
        }
        options.replace(\.quiet, by: given.texts(of: \.quiet))
        options.replace(\.format, by: given.texts(of: \.format))
        options.replace(\.output, by: nil)
        self.options = options
        self.environment = CommandLineEnvironment(
            onlineCores: environment.onlineCores, randomSeed: manifest.seed, variables: environment.variables)
    }
}
