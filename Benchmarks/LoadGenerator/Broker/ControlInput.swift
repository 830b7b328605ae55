/// The lines of standard input, each a command that is answered on standard output.
actor ControlInput {
    private let control: BrokerControl
    private var splitter = LineSplitter()

    init(_ control: BrokerControl) { self.control = control }

    /// Carries out the commands whose lines end in these bytes. Must not be called again before it returns.
    func take(_ bytes: [UInt8]) async { await answer(splitter.add(bytes)) }

    /// Carries out a last command whose line has no end.
    func finish() async { await answer(splitter.finishLast()) }

    private func answer(_ lines: [LineSplitter.Line]) async {
        for line in lines {
            switch line {
            case .text(let text):
                if let answer = await control.answer(text) { Terminal.write(answer + "\n", to: 1) }
            case .tooLong:
                Terminal.write("error: the line has more than \(LineSplitter.byteCountMax) bytes\n", to: 1)
            }
        }
    }
}
