import Foundation
import Notebook
import Yams

/// Every mistake of a configuration, found in one reading.
public struct ConfigurationError: UserError {
    public var problems: [String]
    public var what: String { "the configuration has \(problems.count == 1 ? "a mistake" : "\(problems.count) mistakes")" }
    public var location: String? { nil }
    public var why: String { problems.joined(separator: "\n         ") }
    public var remedy: String { "`--help-settings` lists every key, its form and its value" }
    public var exitStatus: ExitStatus { .configuration }
}

extension StudySettings {
    /// Keys of the study's YAML that say how its cluster was used; they are read and change nothing here.
    private static let clusterKeys: Set<String> = [
        "task", "preference_tuning_config.logprob_processor_scaling_config.custom_resources",
        "preference_tuning_config.logprob_processor_scaling_config.concurrency",
        "preference_tuning_config.logprob_processor_scaling_config.batch_size",
    ]

    /// Applies a YAML file on top of these settings.
    ///
    /// The study's own keys are accepted as they stand; every other key must be one of ours.
    /// - Throws: `ConfigurationError` with file and line of every unknown key and wrong value.
    public mutating func apply(yaml: String, file: String) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch let error as YamlError {
            throw ConfigurationError(problems: ["\(file): \(error)"])
        }
        guard let root else { return }
        guard case .mapping(let mapping) = root else {
            throw ConfigurationError(problems: ["\(file):1: expected keys and values"])
        }
        var problems: [String] = []
        apply(mapping, prefix: "", file: file, problems: &problems)
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    /// Applies `key=value` settings, in order.
    /// - Throws: `ConfigurationError` with every mistake.
    public mutating func apply(overrides: [String]) throws {
        var problems: [String] = []
        for override in overrides {
            guard let equals = override.firstIndex(of: "=") else {
                problems.append("--set \(override): expected key=value")
                continue
            }
            let name = String(override[..<equals])
            let value = String(override[override.index(after: equals)...])
            assign(name, .scalar(value), location: "--set \(override)", problems: &problems)
        }
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    private mutating func apply(_ mapping: Node.Mapping, prefix: String, file: String, problems: inout [String]) {
        var seen: Set<String> = []
        for (keyNode, node) in mapping {
            let location = "\(file):\(keyNode.mark?.line ?? 1)"
            guard let key = keyNode.scalar?.string else {
                problems.append("\(location): keys are plain words")
                continue
            }
            let name = prefix + key
            if !seen.insert(key).inserted {
                problems.append("\(location): \(name) is given twice")
                continue
            }
            if Self.clusterKeys.contains(name) {
                if name == "task", node.scalar?.string != "preference_tuning" {
                    problems.append("\(location): task must be preference_tuning")
                }
                continue
            }
            switch node {
            case .mapping(let inner) where Self.isGroup(name):
                apply(inner, prefix: name + ".", file: file, problems: &problems)
            case .scalar(let scalar):
                assign(name, .scalar(scalar.string), location: location, problems: &problems)
            case .sequence(let sequence):
                assign(
                    name, .list(sequence.map { $0.scalar?.string ?? "" }), location: location, problems: &problems)
            default:
                assign(name, .list([]), location: location, problems: &problems)
            }
        }
    }

    /// Whether a key holds other keys.
    private static func isGroup(_ name: String) -> Bool {
        SettingKey.all.contains { $0.name.hasPrefix(name + ".") } || clusterKeys.contains { $0.hasPrefix(name + ".") }
    }

    private mutating func assign(_ name: String, _ text: SettingText, location: String, problems: inout [String]) {
        guard let key = SettingKey.all.first(where: { $0.name == name }) else {
            let near = SettingKey.all.map(\.name).min { distance($0, name) < distance($1, name) } ?? ""
            let hint = distance(near, name) <= max(3, name.count / 3) ? "; did you mean \(near)?" : ""
            problems.append("\(location): unknown key \(name)\(hint)")
            return
        }
        if !key.write(text, &self) {
            problems.append("\(location): \(name) must be \(key.form)")
        }
    }

    /// Every key with its value, for `--help-settings` and for the run's record.
    public var listing: [(name: String, value: KeyValue, help: String)] {
        SettingKey.all.map { ($0.name, $0.read(self), $0.help) }
    }
}

/// Levenshtein distance.
private func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let substitution = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
