// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "SharedQueue",
    platforms: [.macOS(.v26)],
    dependencies: [
        // A program of yours names the repository's URL instead.
        .package(name: "kafkaclient", path: "../.."),
        .package(path: "../ExampleRun"),
    ],
    targets: [
        .executableTarget(
            name: "SharedQueue",
            dependencies: [
                .product(name: "KafkaClient", package: "kafkaclient"),
                .product(name: "ExampleRun", package: "ExampleRun"),
            ])
    ]
)
