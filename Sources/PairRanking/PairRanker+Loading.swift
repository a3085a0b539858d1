import Checkpoints
import JSON
import LanguageModel
import Tokenization

extension PairRanker {
    /// Loads a folder such as that of `llm-blender/PairRM-hf`: `config.json`, `tokenizer.json`, weights as
    /// safetensors.
    /// - Throws: `CheckpointError` or `TokenizationError` that name the file and the field or tensor at fault.
    public convenience init(folder: String, pool: ThreadPool) throws {
        let path = folder + "/config.json"
        let json = try JSONValue(contentsOf: path)
        let configuration = try EncoderConfiguration(json, file: path)
        guard let tasks = json["n_tasks"]?.integer, (1...1024).contains(tasks) else {
            throw CheckpointError(
                .malformed, file: path, reason: "n_tasks is absent or not 1 to 1024",
                remedy: "Use the folder of PairRM in the format of transformers, llm-blender/PairRM-hf.")
        }
        let input = try Self.input(folder: folder, json, configuration, path)
        let file = try SafetensorsFolder(path: folder)
        try Self.checkNames(file, configuration)
        let encoder = try DisentangledEncoder(
            configuration, reader: TensorReader(file: file, prefix: "pretrained_model.", pool: pool))
        let reader = TensorReader(file: file, prefix: "head_layer.", pool: pool)
        let hidden = configuration.hiddenSize
        // The numbers are places in the head's `Sequential`, between which dropout and tanh stand.
        let head = Head(
            dense: try reader.linear("1", hidden, 2 * hidden), scores: try reader.linear("4", tasks, hidden))
        self.init(
            encoder: encoder, input: input, head: head, files: [path, folder + "/tokenizer.json"] + file.files)
    }

    private static func input(
        folder: String, _ json: JSONValue, _ configuration: EncoderConfiguration, _ path: String
    ) throws -> PairInput {
        let tokenizer = try UnigramTokenizer(folder: folder, treatingAsSpecial: Set(PairInput.Markers.spellings))
        func mismatch(_ reason: String) -> CheckpointError {
            CheckpointError(
                .malformed, file: path, reason: reason,
                remedy: "Use config.json, tokenizer.json and weights that were saved together.")
        }
        guard let begin = tokenizer.beginOfSequence else {
            throw mismatch("the tokenizer beside it puts no token before a sequence")
        }
        guard tokenizer.vocabularyCount <= configuration.vocabularySize else {
            throw mismatch(
                "vocab_size is \(configuration.vocabularySize), the tokenizer beside it has \(tokenizer.vocabularyCount) tokens")
        }
        let fields = ["source_prefix_id", "cand1_prefix_id", "cand2_prefix_id"]
        var markers: [Int32] = []
        for (spelling, field) in zip(PairInput.Markers.spellings, fields) {
            guard let id = tokenizer.id(ofToken: spelling) else {
                throw mismatch("the tokenizer beside it has no token \(spelling)")
            }
            guard json[field] == nil || json[field]?.integer == Int(id) else {
                throw mismatch("\(field) is not \(id), the tokenizer's id of \(spelling)")
            }
            markers.append(id)
        }
        let input = PairInput(
            tokenizer: tokenizer, begin: begin, end: tokenizer.endOfTurn,
            markers: .init(source: markers[0], first: markers[1], second: markers[2]))
        if configuration.addsPositions, configuration.maximumPositions < input.limits.total {
            throw mismatch(
                "max_position_embeddings is \(configuration.maximumPositions), and an input may have \(input.limits.total) tokens")
        }
        return input
    }

    /// A tensor that is not read would be a part of the model that is left out.
    private static func checkNames(_ file: SafetensorsFolder, _ configuration: EncoderConfiguration)
        throws(CheckpointError)
    {
        let parts = ["pretrained_model.embeddings.", "pretrained_model.encoder.", "head_layer.1.", "head_layer.4."]
        let extra = file.tensors.keys.filter { name in
            let number = name.split(separator: ".").dropFirst(3).first.flatMap { Int($0) }
            let isPastTheLast =
                name.hasPrefix("pretrained_model.encoder.layer.") && number.map { $0 >= configuration.layerCount } ?? true
            let isConvolution = name.hasPrefix("pretrained_model.encoder.conv.")
            return !parts.contains { name.hasPrefix($0) } || isPastTheLast || isConvolution
        }
        if let name = extra.min() {
            throw CheckpointError(
                .unsupported, file: file.path, offset: file.tensors[name]?.byteOffset,
                reason: "tensor \"\(name)\" is no part of PairRM (\(extra.count) such)",
                remedy: "Use the folder of llm-blender/PairRM-hf and its config.json.")
        }
    }
}
