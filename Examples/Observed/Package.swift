// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Observed",
    platforms: [.macOS(.v26)],
    dependencies: [
        // A program of yours names the repository's URL instead.
        .package(name: "kafkaclient", path: "../.."),
        .package(path: "../ExampleRun"),
    ],
    targets: [
        // As much of swift-log and swift-metrics as this example uses, so that it builds with nothing fetched. A program of yours
        // depends on the packages themselves: https://github.com/apple/swift-log and https://github.com/apple/swift-metrics.
        .target(name: "Logging"),
        .target(name: "Metrics"),
        .executableTarget(
            name: "Observed",
            dependencies: [
                "Logging", "Metrics",
                .product(name: "KafkaClient", package: "kafkaclient"),
                .product(name: "ExampleRun", package: "ExampleRun"),
            ]),
    ]
)
