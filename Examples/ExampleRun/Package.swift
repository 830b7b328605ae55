// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ExampleRun",
    platforms: [.macOS(.v26)],
    products: [.library(name: "ExampleRun", targets: ["ExampleRun"])],
    dependencies: [
        .package(name: "kafkaclient", path: "../..")
    ],
    targets: [
        .target(
            name: "ExampleRun",
            dependencies: [
                .product(name: "KafkaClient", package: "kafkaclient"),
                .product(name: "KafkaEmbeddedBroker", package: "kafkaclient"),
            ])
    ]
)
