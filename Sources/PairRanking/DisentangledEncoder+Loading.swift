import Checkpoints
import JSON
import LanguageModel

/// Reads named tensors and checks their shapes.
struct TensorReader {
    let file: any TensorFile
    let prefix: String
    let pool: ThreadPool

    /// - Throws: `CheckpointError` for a tensor that is missing or of another shape.
    func read(_ name: String, _ shape: [Int]) throws(CheckpointError) -> [Float] {
        let name = prefix + name
        guard let tensor = file.tensors[name] else {
            throw CheckpointError(
                .missing, file: file.path, reason: "there is no tensor \"\(name)\"",
                remedy: "Use a complete checkpoint, such as the folder of llm-blender/PairRM-hf.")
        }
        guard tensor.shape == shape else {
            throw CheckpointError(
                .shapeMismatch, file: file.path, offset: tensor.byteOffset,
                reason: "tensor \"\(name)\" has shape \(tensor.shape), the configuration calls for \(shape)",
                remedy: "Use the config.json that was saved with the weights.")
        }
        return try file.read(name)
    }

    func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(CheckpointError) -> LinearLayer {
        try linear([name], outputs, inputs)
    }

    /// Layers of one input in one product, in order.
    func linear(_ names: [String], _ outputs: Int, _ inputs: Int) throws(CheckpointError) -> LinearLayer {
        var weights: [Float] = []
        var bias: [Float] = []
        for name in names {
            weights += try read(name + ".weight", [outputs, inputs])
            bias += try read(name + ".bias", [outputs])
        }
        return LinearLayer(weights: weights, bias: bias, pool: pool)
    }

    func norm(_ name: String, _ size: Int, epsilon: Float) throws(CheckpointError) -> LayerNormalization {
        LayerNormalization(
            weight: try read(name + ".weight", [size]), bias: try read(name + ".bias", [size]), epsilon: epsilon)
    }
}

extension DisentangledEncoder {
    /// Loads the encoder of a folder with `config.json` and safetensors.
    /// - Parameter prefix: what the names of its tensors begin with, e.g. `deberta.`
    /// - Throws: `CheckpointError` naming the field or tensor at fault.
    public convenience init(folder: String, prefix: String = "", pool: ThreadPool) throws(CheckpointError) {
        let path = folder + "/config.json"
        let configuration = try EncoderConfiguration(try JSONValue(contentsOf: path), file: path)
        let file = try SafetensorsFolder(path: folder)
        try self.init(configuration, reader: TensorReader(file: file, prefix: prefix, pool: pool))
    }

    /// - Parameter reader: names begin with its prefix, e.g. `pretrained_model.`
    convenience init(_ configuration: EncoderConfiguration, reader: TensorReader) throws(CheckpointError) {
        let hidden = configuration.hiddenSize
        let epsilon = configuration.layerNormEpsilon
        let embeddings = Embeddings(
            words: try reader.read("embeddings.word_embeddings.weight", [configuration.vocabularySize, hidden]),
            positions: configuration.addsPositions
                ? try reader.read("embeddings.position_embeddings.weight", [configuration.maximumPositions, hidden]) : [],
            tokenType: configuration.tokenTypeCount > 0
                ? Array(
                    try reader.read("embeddings.token_type_embeddings.weight", [configuration.tokenTypeCount, hidden])
                        .prefix(hidden)) : [],
            norm: try reader.norm("embeddings.LayerNorm", hidden, epsilon: epsilon))
        let span = 2 * configuration.positionSpan
        var relative = try reader.read("encoder.rel_embeddings.weight", [span, hidden])
        if configuration.normalizesRelativeEmbeddings {
            let norm = try reader.norm("encoder.LayerNorm", hidden, epsilon: epsilon)
            relative.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                norm.apply(base, adding: nil, rows: span, pool: reader.pool)
            }
        }
        var layers: [Layer] = []
        for index in 0..<configuration.layerCount {
            layers.append(try Self.layer(index, configuration, relative, reader))
        }
        self.init(configuration: configuration, embeddings: embeddings, layers: layers, pool: reader.pool)
    }

    private static func layer(
        _ index: Int, _ configuration: EncoderConfiguration, _ relative: [Float], _ reader: TensorReader
    ) throws(CheckpointError) -> Layer {
        let hidden = configuration.hiddenSize
        let inner = configuration.intermediateSize
        let epsilon = configuration.layerNormEpsilon
        let name = "encoder.layer.\(index)."
        let attention = name + "attention.self."
        let projection = try reader.linear(
            ["query_proj", "key_proj", "value_proj"].map { attention + $0 }, hidden, hidden)
        var positions: LinearLayer?
        if !configuration.sharesProjections {
            // A projection that is not used is not in the file; the other stands in its place.
            let query = configuration.attendsPositionToContent ? "pos_query_proj" : "pos_key_proj"
            let key = configuration.attendsContentToPosition ? "pos_key_proj" : "pos_query_proj"
            if configuration.attendsPositionToContent || configuration.attendsContentToPosition {
                positions = try reader.linear([attention + query, attention + key], hidden, hidden)
            }
        }
        return Layer(
            attention: DisentangledAttention(
                configuration: configuration, projection: projection, positionProjection: positions,
                output: try reader.linear(name + "attention.output.dense", hidden, hidden), relativeEmbeddings: relative,
                pool: reader.pool),
            attentionNorm: try reader.norm(name + "attention.output.LayerNorm", hidden, epsilon: epsilon),
            intermediate: try reader.linear(name + "intermediate.dense", inner, hidden),
            output: try reader.linear(name + "output.dense", hidden, inner),
            outputNorm: try reader.norm(name + "output.LayerNorm", hidden, epsilon: epsilon))
    }
}
