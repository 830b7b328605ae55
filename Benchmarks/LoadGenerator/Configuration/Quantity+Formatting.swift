/// Numbers with units, back for people.
extension Quantity {
    /// `10M`, `1.5k`, `1234567`: exact, with a unit where at most two digits follow the point.
    package static func formatCount(_ value: Int64) -> String {
        format(value, units: [("G", 1_000_000_000), ("M", 1_000_000), ("k", 1000)]) ?? String(value)
    }

    /// `16 KiB`, `1.5 MiB`, `1000 B`: exact.
    package static func formatBytes(_ value: Int64) -> String {
        format(value, units: [(" GiB", 1 << 30), (" MiB", 1 << 20), (" KiB", 1 << 10)]) ?? "\(value) B"
    }

    /// `5 ms`, `1.5 s`, `250 us`: exact.
    package static func formatDuration(ns value: Int64) -> String {
        let units: [(String, Int64)] = [
            (" h", 3_600_000_000_000), (" m", 60_000_000_000), (" s", 1_000_000_000), (" ms", 1_000_000), (" us", 1000),
        ]
        return format(value, units: units) ?? (value == 0 ? "0" : "\(value) ns")
    }

    /// A number a second: `500k`, `0.5`, `1.25M`.
    package static func formatRate(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return formatCount(whole) }
        return Decimal.shortText(value, decimals: 6) ?? "\(value)"
    }

    /// `1 record`, `12 records`.
    package static func counted(_ value: Int64, _ noun: String) -> String { "\(value) \(noun)\(value == 1 ? "" : "s")" }

    /// Three digits of a large number, for a table: `12.3M`, `950k`, `0.52`.
    package static func approximate(_ value: Double) -> String {
        scaleDown(value, by: 1000, units: ["", "k", "M", "G", "T"])
    }

    /// Three digits of a number of bytes: `95.4 MiB`.
    package static func approximateBytes(_ value: Double) -> String {
        scaleDown(value, by: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB"])
    }

    /// Three digits of a duration: `1.23 ms`.
    package static func approximateDuration(ns value: Double) -> String {
        value < 60e9
            ? scaleDown(value, by: 1000, units: [" ns", " us", " ms", " s"])
            : scaleDown(value / 1e9, by: 60, units: [" s", " m", " h"])
    }

    private static func format(_ value: Int64, units: [(name: String, factor: Int64)]) -> String? {
        for unit in units where value >= unit.factor {
            let (product, overflow) = value.multipliedReportingOverflow(by: 100)
            if overflow || !product.isMultiple(of: unit.factor) { continue }
            return Decimal.shortText(Double(product / unit.factor) / 100, decimals: 2).map { $0 + unit.name }
        }
        return nil
    }

    private static func scaleDown(_ value: Double, by factor: Double, units: [String]) -> String {
        guard value.isFinite else { return "?" }
        var value = value
        var unit = 0
        // What would be rounded up to the next unit is written in the next unit.
        while abs(value) >= factor * 0.9995, unit + 1 < units.count {
            value /= factor
            unit += 1
        }
        let decimals = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
        return (Decimal.shortText(value, decimals: decimals) ?? "?") + units[unit]
    }
}
