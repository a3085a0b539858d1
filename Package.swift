// swift-tools-version: 6.1
import PackageDescription

// Layers, lowest first; each target may import only those above its own line.
let package = Package(
    name: "precis",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "precis", targets: ["precis"]),
        .executable(name: "report", targets: ["Reporter"]),
        .executable(name: "baseline", targets: ["Baseline"]),
        .executable(name: "sft", targets: ["SFT"]),
        .executable(name: "beta-sweep", targets: ["BetaSweep"]),
        .executable(name: "lora-rank64", targets: ["LoRARank64"]),
        .executable(name: "iteration2", targets: ["Iteration2"]),
        .executable(name: "pairrm", targets: ["PairRM"]),
        .executable(name: "self-rewarding", targets: ["SelfRewarding"]),
        .executable(name: "kernel-benchmark", targets: ["KernelBenchmark"]),
        .executable(name: "engine-benchmark", targets: ["EngineBenchmark"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        // Kernels and system libraries
        .systemLibrary(
            name: "COpenBLAS", path: "Sources/COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CKernels", path: "Sources/CKernels", linkerSettings: [.linkedLibrary("m"), .linkedLibrary("pthread")]),
        .target(
            name: "CGnuplot", path: "Sources/CGnuplot",
            linkerSettings: [.linkedLibrary("boost_iostreams"), .linkedLibrary("stdc++")]),

        // Engine
        .target(name: "JSON"),
        .target(name: "RandomNumbers"),
        .target(name: "Checkpoints", dependencies: ["JSON"]),
        .target(name: "Tokenization", dependencies: ["JSON"]),
        .target(name: "LanguageModel", dependencies: ["CKernels", "Checkpoints", "JSON", "RandomNumbers", "Tokenization"]),
        .target(name: "PairRanking", dependencies: ["LanguageModel", "CKernels", "Checkpoints", "JSON", "Tokenization"]),
        .target(name: "Alignment", dependencies: ["LanguageModel", "CKernels", "Checkpoints", "RandomNumbers"]),

        .target(
            name: "Serving",
            dependencies: [
                "JSON", "LanguageModel", "RandomNumbers", "Tokenization",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]),

        // The Hugging Face Hub
        .target(name: "Publishing", dependencies: ["Checkpoints", "JSON"]),

        // Study
        .target(name: "Instructions", dependencies: ["Checkpoints", "JSON"], resources: [.copy("Data")]),
        .target(name: "Statistics", dependencies: ["RandomNumbers"]),
        .target(
            name: "Preferences", dependencies: ["Checkpoints", "JSON", "LanguageModel", "RandomNumbers", "Tokenization"],
            resources: [.copy("Prompts")]),
        .target(name: "SelfRewards", dependencies: ["Checkpoints", "Instructions", "JSON", "LanguageModel", "Preferences", "Tokenization"]),
        .target(name: "Endpoints", dependencies: ["Checkpoints", "Preferences", "Tokenization"]),
        .target(name: "Reporting", dependencies: ["Preferences", "Statistics", "CGnuplot"]),
        .target(
            name: "Notebook",
            dependencies: [
                "Checkpoints",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(
            name: "Study",
            dependencies: [
                "Alignment", "Checkpoints", "Endpoints", "Instructions", "JSON", "LanguageModel", "Notebook", "PairRanking", "Preferences",
                "Reporting", "SelfRewards", "Statistics", "Tokenization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ]),

        // Programs
        .executableTarget(
            name: "precis",
            dependencies: [
                "Study", "Endpoints", "LanguageModel", "Notebook", "Preferences", "Publishing", "Reporting", "Serving", "Statistics", "Tokenization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "Reporter", dependencies: ["Study"], path: "Reports/Reporter"),
        .executableTarget(name: "Baseline", dependencies: ["Study"], path: "Experiments/Baseline"),
        .executableTarget(name: "SFT", dependencies: ["Study"], path: "Experiments/SFT"),
        .executableTarget(name: "BetaSweep", dependencies: ["Study"], path: "Experiments/BetaSweep"),
        .executableTarget(name: "LoRARank64", dependencies: ["Study"], path: "Experiments/LoRARank64"),
        .executableTarget(name: "Iteration2", dependencies: ["Study"], path: "Experiments/Iteration2"),
        .executableTarget(name: "PairRM", dependencies: ["Study"], path: "Experiments/PairRM"),
        .executableTarget(name: "SelfRewarding", dependencies: ["Study"], path: "Experiments/SelfRewarding"),
        .executableTarget(name: "KernelBenchmark", dependencies: ["CKernels", "COpenBLAS"], path: "Benchmarks/Kernels"),
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: [
                "Alignment", "CKernels", "LanguageModel", "Preferences", "Tokenization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Engine"),

        // Tests
        .target(name: "TestSupport", dependencies: ["LanguageModel"], path: "Tests/TestSupport"),
        .target(
            name: "EmulatedKernels", dependencies: ["CKernels"], path: "Tests/EmulatedKernels",
            cSettings: [.headerSearchPath("../../Sources/CKernels")]),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "COpenBLAS", "EmulatedKernels"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "JSON"], exclude: ["verify_exports.py"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "TokenizationTests", dependencies: ["Tokenization", "Checkpoints"], resources: [.copy("Fixtures")]),
        .testTarget(name: "LanguageModelTests", dependencies: ["LanguageModel", "Checkpoints", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "AlignmentTests", dependencies: ["Alignment", "Checkpoints", "TestSupport"], exclude: ["compare_with_trl.py"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "PairRankingTests", dependencies: ["PairRanking", "LanguageModel", "Checkpoints", "Tokenization"], resources: [.copy("Fixtures")]),
        .testTarget(name: "PublishingTests", dependencies: ["Publishing", "Checkpoints", "JSON"]),
        .testTarget(name: "InstructionsTests", dependencies: ["Instructions"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics"], resources: [.copy("Fixtures")]),
        .testTarget(name: "PreferencesTests", dependencies: ["Preferences", "Checkpoints"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "SelfRewardsTests",
            dependencies: ["SelfRewards", "Instructions", "LanguageModel", "Preferences", "TestSupport", "Tokenization"]),
        .testTarget(name: "EndpointsTests", dependencies: ["Endpoints", "Tokenization"]),
        .testTarget(
            name: "ServingTests", dependencies: ["Serving", "Endpoints", "LanguageModel", "Preferences", "Tokenization"]),
        .testTarget(
            name: "NotebookTests", dependencies: ["Notebook", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(
            name: "PrecisTests",
            dependencies: ["precis", "Notebook", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(name: "ReportingTests", dependencies: ["Reporting", "Preferences"], exclude: ["browser"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "StudyTests",
            dependencies: [
                "Study", "Preferences", "LanguageModel", "Notebook", "Reporting", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "EndToEndTests", dependencies: ["Study", "Reporting"], exclude: ["Servers"]),
    ],
    cxxLanguageStandard: .cxx17
)

// What the tests check is optimised; their own code compiles in two thirds of the time without. The kernels' tests are loops
// in double precision.
for target in package.targets where target.type == .test && target.name != "CKernelsTests" {
    target.swiftSettings = [.unsafeFlags(["-Onone"], .when(configuration: .release))]
}
