import Testing

@testable import LoadGenerator

@Suite struct CSVTests {
    @Test func rowsOfCSVComeBack() throws {
        let cells = [["a", "b,c", "say \"hi\"", ""], ["two\nlines", "", "", "x"]]
        #expect(try CSV.rows(cells.map { CSV.row($0) }.joined()) == cells)
        #expect(try CSV.rows("a,b\n1,") == [["a", "b"], ["1", ""]])
        #expect(try CSV.rows("") == [])
        #expect(throws: ValueError.self) { try CSV.rows("a,\"b\n") }
        #expect(throws: ValueError.self) { try CSV.rows("a,b\"c\n") }
    }
}
