// swift-tools-version: 6.2

import PackageDescription

// One upcoming feature a line, each with the reason we switch it on:
let strict: [SwiftSetting] = [
  // `any` is written where a value is boxed, so that a reader sees the cost.
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
  .enableUpcomingFeature("ExistentialAny"),
  // A member is visible only in files that import its module.
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
  .enableUpcomingFeature("MemberImportVisibility"),
  // Imports are internal unless a module re-exports types in its interface.
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// Functions that return views over a batch need lifetime dependencies, still an experimental spelling:
// only the module that declares them switches it on; adapters that use views need no flag.
let views: [SwiftSetting] = strict + [.enableExperimentalFeature("Lifetimes")]

let package = Package(
  name: "ocop-gateway",
  products: [
    .executable(name: "ocop", targets: ["ocop"]),
    .library(name: "AdapterTesting", targets: ["AdapterTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    // SQLite for the ledger; only `Ledger` imports it.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // Floor 0: C libraries of the system and thin shims over them.
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "COcopShims"),
    // Opened by dlopen when the first transfer is asked for; only its headers are needed to build.
    .target(name: "CLibCURL", linkerSettings: [.linkedLibrary("dl")]),

    // Floor 1: findings, byte buffers, and what a product is.
    .target(name: "Diagnostics", swiftSettings: strict),
    .target(name: "Bytes", dependencies: ["COcopShims"], swiftSettings: strict),
    .target(name: "ProductModel", dependencies: ["Bytes", "COcopShims", "Diagnostics"], swiftSettings: views),

    // Floor 2: bytes to records with positions, and back; files of settings with the place of every value.
    .target(
      name: "Documents", dependencies: ["CLibXML2", "CZip", "CXlsxWriter", "COcopShims", "Bytes", "Diagnostics"],
      swiftSettings: strict),

    .target(
      name: "Settings", dependencies: ["Diagnostics", .product(name: "Yams", package: "Yams")], swiftSettings: strict),

    // Floor 3: checks over products; the mapping language.
    .target(name: "Rules", dependencies: ["Diagnostics", "ProductModel"], swiftSettings: strict),
    .target(
      name: "Profiles",
      dependencies: [
        "Diagnostics", "Bytes", "ProductModel", "Documents", "Settings",
      ],
      swiftSettings: strict),

    // Floor 4: the plugin interface and the engines that adapters share.
    .target(
      name: "AdapterKit",
      dependencies: ["COcopShims", "Diagnostics", "Bytes", "ProductModel", "Documents", "Rules", "Profiles"],
      swiftSettings: strict),
    .target(name: "AdapterTesting", dependencies: ["AdapterKit", "Documents", "ProductModel"], swiftSettings: strict),

    // Floor 5: one folder a format family.
    .target(name: "Canonical", dependencies: ["AdapterKit"], path: "Plugins/Canonical", swiftSettings: strict),
    .target(name: "SupplierXML", dependencies: ["AdapterKit"], path: "Plugins/SupplierXML", swiftSettings: strict),
    .target(name: "AmazonFeed", dependencies: ["AdapterKit"], path: "Plugins/AmazonFeed", swiftSettings: strict),
    .target(name: "BuuDienFeed", dependencies: ["AdapterKit"], path: "Plugins/BuuDienFeed", swiftSettings: strict),
    .target(name: "ProducerSheet", dependencies: ["AdapterKit"], path: "Plugins/ProducerSheet", swiftSettings: strict),
    .target(name: "JapanSheet", dependencies: ["AdapterKit"], path: "Plugins/JapanSheet", swiftSettings: strict),
    .target(name: "KoreaSheet", dependencies: ["AdapterKit"], path: "Plugins/KoreaSheet", swiftSettings: strict),

    // Floor 5: the durable record of what was done; endpoints over libcurl.
    .target(
      name: "Ledger", dependencies: ["COcopShims", "Diagnostics", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
    .target(
      name: "Transfer",
      dependencies: [
        "CLibCURL", "COcopShims", "CZlib", "Bytes", "Diagnostics", "Documents", "Ledger", "Settings",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    // Floor 7: the command.
    .executableTarget(
      name: "ocop",
      dependencies: [
        "AdapterKit", "Canonical", "SupplierXML", "AmazonFeed", "BuuDienFeed", "ProducerSheet", "JapanSheet",
        "KoreaSheet", "Settings", "Ledger", "Transfer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: strict),
    .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: strict),
    .testTarget(
      name: "ProductModelTests", dependencies: ["ProductModel", "AdapterTesting", "Bytes", "Diagnostics"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(name: "RulesTests", dependencies: ["Diagnostics", "ProductModel", "Rules"], swiftSettings: strict),
    .testTarget(name: "DocumentsTests", dependencies: ["Documents"], swiftSettings: strict),
    // Third-party files, when they are there; see .ci/corpus_peer.py.
    .testTarget(
      name: "CorpusTests",
      dependencies: ["AdapterKit", "AmazonFeed", "Documents", "JapanSheet", "KoreaSheet", "SupplierXML"],
      exclude: ["adapters.tsv", "files.tsv"], swiftSettings: strict),
    .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: strict),
    .testTarget(name: "ProfilesTests", dependencies: ["Profiles", "Settings"], swiftSettings: strict),
    .testTarget(
      name: "AdapterTests",
      dependencies: [
        "AdapterTesting", "Canonical", "SupplierXML", "AmazonFeed", "BuuDienFeed", "ProducerSheet", "JapanSheet",
        "KoreaSheet",
      ],
      // What the suites have shown; the matrix of capabilities is made from it.
      exclude: ["Conformance", "Floor"], swiftSettings: strict),
    .testTarget(name: "LedgerTests", dependencies: ["Diagnostics", "Ledger"], swiftSettings: strict),
    .testTarget(
      name: "TransferTests", dependencies: ["Bytes", "Diagnostics", "Ledger", "Settings", "Transfer"],
      swiftSettings: strict),
    .testTarget(name: "CommandTests", dependencies: ["ocop"], swiftSettings: strict),
    // The command against real servers, and servers that fail on purpose; see Tests/Servers.
    .testTarget(
      name: "SystemTests", dependencies: ["ocop", "Transfer", "Diagnostics"], exclude: ["requirements.tsv"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
