import Alignment
import Foundation
import LanguageModel
import Notebook
import Preferences
import Tokenization

/// A study in progress: settings, model, store and notebook, and the steps that experiments are made of.
///
/// Each step returns a handle that knows its content key and reads its rows from the store when asked, so
/// that the same notebook can be planned (nothing runs, keys only) or run.
public final class Study {
    public let settings: StudySettings
    public let options: StudyOptions
    public let store: Store
    public let console: Console
    public let isPlanning: Bool
    let experiment: String
    let notebook: Notebook?
    let pool: ThreadPool
    let loaded: LoadedModel
    /// The model of `--judge prompted:PATH`.
    let loadedJudge: LoadedModel?
    let precision: Precision
    private(set) var planned: [CellPlan] = []
    /// Disk space of the weights that planned trainings would leave, by the policy's key.
    private var plannedWeights: [String: Int] = [:]

    /// The original model; it also is the reference of round 1 and the embedded judge's reader.
    public private(set) lazy var original = PolicyModel(
        key: loaded.contentHash, label: "original", round: 0, weights: .original)
    lazy var originalModel = LanguageModel(loaded, precision: precision, pool: pool)
    /// What the embedded judge reads with: the original model.
    lazy var judgeScorer = RememberedScores(of: originalModel)
    /// The policy whose weights are in memory apart from the original's, and its model.
    var active: (key: String, model: LanguageModel)?
    /// How to make each trained policy's weights, by its key.
    var trainings: [String: (Cell) async throws -> Void] = [:]
    var judgeMemo: (any Judge)?
    /// The embedded judge's, once it is tuned.
    var clozeRule = ClozeRule.standard
    /// Systems of this notebook measured on test articles so far.
    var measuredOnTest: [Evaluation] = []
    /// Clients of remote models by address, and what their calls cost.
    let endpoints: EndpointClients
    var plannedCalls: [PlannedCalls] = []

    public init<Notes: Experiment>(_ experiment: Notes.Type, options: StudyOptions, planning: Bool = false) throws {
        settings = try options.settings()
        if Notes.subject == .instructions { try Self.refuseArticleOptions(options, of: Notes.name) }
        self.options = options
        isPlanning = planning
        self.experiment = Notes.name
        console = Console(format: options.json ? .json : .text)
        precision = options.resolvedPrecision
        pool = ThreadPool(threadCount: options.threadCount)
        console.log("\(Notes.name): preset \(options.preset.rawValue), \(precision.numericMode), \(options.threadCount) threads")
        loaded = try LoadedModel(path: options.modelPath, storage: planning ? .memory : .temporaryFile)
        loadedJudge = try options.judge.loadedModel()
        endpoints = try EndpointClients(options)
        store = try Store(workspace: options.workspaceURL, access: planning ? .readOnlyOrEmpty : .readWrite)
        guard !planning else {
            notebook = nil
            return
        }
        var identity = try KeyValue(encoding: settings).members
        identity["model"] = .string(loaded.contentHash)
        identity["numericMode"] = .string(precision.numericMode)
        switch Notes.subject {
        case .articles:
            identity["articles"] = .string(try CorpusFile.digest(options.articlesPath))
            // The embedded judge reads with the study's model, which is there already.
            identity["judgeModel"] = options.judge.runIdentity(model: loadedJudge ?? loaded)
            identity["endpointBaselines"] = endpoints.baselineIdentity
        case .instructions:
            identity.merge(try options.instructions.runIdentity()) { $1 }
            identity["judgeExamples"] = try options.roundOptions.identity
        }
        notebook = try Notebook(
            store: store, experiment: Notes.name, preset: options.preset.rawValue, settings: identity,
            provenance: .current(
                numericMode: precision.numericMode, seeds: ["root": settings.seed], subjects: options.subjects(Notes.subject)),
            console: console, sourceFile: Notes.source)
    }

    /// Options that mean summaries of articles are refused where there are none, before anything is read.
    private static func refuseArticleOptions(_ options: StudyOptions, of name: String) throws {
        let remedy = "leave the option out, or run baseline, beta-sweep, sft, lora-rank64 or iteration2"
        if options.judge != .cloze {
            throw UserFailure(
                "\(name) has no judge of summaries", location: "--judge \(options.judge)",
                why: "a judge asks questions about articles, and this experiment's responses are ranked by the model itself or by "
                    + "PairRM (--ranker)", remedy: remedy, exitStatus: .usage)
        }
        if let baseline = options.endpoints.baseline.first {
            throw UserFailure(
                "\(name) has no remote baselines", location: "--baseline \(baseline)",
                why: "remote models are compared by their summaries of articles, and this experiment answers instructions",
                remedy: remedy, exitStatus: .usage)
        }
    }

    func run<Notes: Experiment>(_ experiment: Notes.Type) async throws {
        guard let notebook else {
            try await Notes.run(self)
            try printPlan()
            return
        }
        try await notebook.run(reporting: StudyFailure.report) { try await Notes.run(self) }
    }

    /// A step of the notebook: runs `body` (which skips what the store already holds), or plans it.
    ///
    /// - Parameters:
    ///   - work: what the step would take; asked when planning.
    ///   - calls: what it would ask of an endpoint; asked when planning a step that would run.
    func step(
        _ name: String, version: Int = 1, inputs: [String: KeyValue], line: Int, work: () throws -> StepWork? = { nil },
        calls: () throws -> PlannedCalls? = { nil }, _ body: (Cell) async throws -> Void
    ) async throws {
        guard let notebook else {
            let plan = try store.plan(experiment: experiment, runID: nil, name: name, version: version, inputs: inputs, work: try work())
            planned.append(plan)
            if !plan.isCached, let calls = try calls() { plannedCalls.append(calls) }
            return
        }
        try await notebook.cell(name, version: version, inputs: inputs, line: line, body)
    }

    /// Notes, when planning, that the last step would leave a policy's weights in the workspace.
    func planWeights(of policy: PolicyModel) {
        guard isPlanning, let plan = planned.last, !plan.isCached, let bytes = plan.work?.diskBytes else { return }
        plannedWeights[policy.key] = bytes
    }

    /// Notes, when planning, that weights would be removed after the last step.
    func planDiscard(of policies: [PolicyModel]) {
        guard let last = planned.indices.last else { return }
        for policy in policies { planned[last].releasedDiskBytes += plannedWeights.removeValue(forKey: policy.key) ?? 0 }
    }

    private func printPlan() throws {
        let summary = try PlanSummary(planned, store: store)
        if options.json {
            Swift.print(summary.json.canonicalJSON)
        } else {
            console.print(summary.text)
        }
        if let costs = endpoints.summary(of: plannedCalls) { console.print(costs) }
    }
}

/// A model whose behaviour is measured or trained from: the original, or one that training made.
public struct PolicyModel: Sendable, Hashable {
    enum Weights: Sendable, Hashable {
        case original
        /// All weights, in the workspace.
        case file(String)
        /// An adapter of the original's weights, in the workspace.
        case adapter(String)
    }

    /// Identity: the file's hash for the original, the training's content key for others.
    public var key: String
    public var label: String
    /// Rounds of training behind it.
    public var round: Int
    var weights: Weights
    /// Settings worth showing, e.g. beta and learning rate.
    var details: [String: KeyValue] = [:]
}
