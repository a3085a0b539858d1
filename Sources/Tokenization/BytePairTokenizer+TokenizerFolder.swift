import Foundation
import JSON

extension BytePairTokenizer {
    /// Writes `tokenizer.json` and `tokenizer_config.json`, from which `AutoTokenizer.from_pretrained` in transformers
    /// makes a tokenizer that gives the same ids. The folder must exist.
    /// - Parameter chatTemplate: Jinja text for `apply_chat_template`.
    /// - Throws: `TokenizationError.unreadable` if a file cannot be written.
    public func write(toFolder path: String, chatTemplate: String?) throws(TokenizationError) {
        var config: [JSONValue.Member] = [
            .init("tokenizer_class", .string("PreTrainedTokenizerFast")),
            .init("add_bos_token", .bool(beginOfSequence != nil)),
            .init("clean_up_tokenization_spaces", .bool(false)),
            .init("eos_token", .string(vocabulary.spellings[Int(endOfTurn)])),
        ]
        if let beginOfSequence {
            config.append(.init("bos_token", .string(vocabulary.spellings[Int(beginOfSequence)])))
        }
        if let unknown {
            config.append(.init("unk_token", .string(vocabulary.spellings[Int(unknown.id)])))
        }
        if let chatTemplate { config.append(.init("chat_template", .string(chatTemplate))) }
        try Self.write(tokenizerFile, to: path + "/tokenizer.json")
        try Self.write(.object(config), to: path + "/tokenizer_config.json")
    }

    private static func write(_ json: JSONValue, to path: String) throws(TokenizationError) {
        do {
            try Data((json.text() + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .unreadable(source: path, reason: "cannot be written: \(error.localizedDescription)")
        }
    }

    private var tokenizerFile: JSONValue {
        .object([
            "version": .string("1.0"),
            "truncation": .null,
            "padding": .null,
            "added_tokens": .array(addedTokens.map(\.json)),
            "normalizer": .null,
            "pre_tokenizer": preTokenizer.json,
            "post_processor": postProcessor,
            "decoder": Self.byteLevel(addsPrefixSpace: true, usesExpression: true),
            "model": model,
        ])
    }

    private var model: JSONValue {
        let tokens = vocabulary.spellings.indices.filter { vocabulary.kinds[$0] != .unused }
        return .object([
            "type": .string("BPE"),
            "dropout": .null,
            "unk_token": unknown.map { .string(vocabulary.spellings[Int($0.id)]) } ?? .null,
            "continuing_subword_prefix": .null,
            "end_of_word_suffix": .null,
            "fuse_unk": .bool(unknown?.isFused ?? false),
            "byte_fallback": .bool(false),
            "ignore_merges": .bool(ignoresMerges),
            "vocab": .object(tokens.map { .init(vocabulary.spellings[$0], .integer(Int($0))) }),
            // Strings, which every version of tokenizers reads; byte-level spellings hold no space.
            "merges": .array(
                merges.map { .string(vocabulary.spellings[Int($0.left)] + " " + vocabulary.spellings[Int($0.right)]) }),
        ])
    }

    private var postProcessor: JSONValue {
        guard let beginOfSequence else { return .null }
        let spelling = vocabulary.spellings[Int(beginOfSequence)]
        func sequence(_ id: String, _ type: Int) -> JSONValue {
            .object(["Sequence": .object(["id": .string(id), "type_id": .integer(type)])])
        }
        let begin: JSONValue = .object(["SpecialToken": .object(["id": .string(spelling), "type_id": 0])])
        let token: JSONValue = .object([
            "id": .string(spelling), "ids": .array([.integer(Int(beginOfSequence))]),
            "tokens": .array([.string(spelling)]),
        ])
        return .object([
            "type": .string("TemplateProcessing"),
            "single": .array([begin, sequence("A", 0)]),
            "pair": .array([begin, sequence("A", 0), begin, sequence("B", 1)]),
            "special_tokens": .object([.init(spelling, token)]),
        ])
    }

    /// As a decoder neither setting matters; `tokenizers` itself writes both as true there.
    fileprivate static func byteLevel(addsPrefixSpace: Bool, usesExpression: Bool) -> JSONValue {
        .object([
            "type": .string("ByteLevel"), "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": .bool(true),
            "use_regex": .bool(usesExpression),
        ])
    }
}

extension AddedToken {
    fileprivate var json: JSONValue {
        .object([
            "id": .integer(Int(id)), "content": .string(content), "single_word": .bool(false),
            "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(false),
            "special": .bool(isSpecial),
        ])
    }
}

extension PreTokenizer {
    /// A `Sequence` that ends in `ByteLevel`, which applies GPT-2's expression itself where that is the last step.
    fileprivate var json: JSONValue {
        let endsInGPT2 = steps.last == .gpt2
        let entries: [JSONValue] = (endsInGPT2 ? steps.dropLast() : steps[...]).map { step in
            switch step {
            case .digits(let individually):
                return .object(["type": .string("Digits"), "individual_digits": .bool(individually)])
            case .gpt2, .llama3:
                return .object([
                    "type": .string("Split"), "pattern": .object(["Regex": .string(step.expression)]),
                    "behavior": .string("Isolated"), "invert": .bool(false),
                ])
            }
        }
        return .object([
            "type": .string("Sequence"),
            "pretokenizers": .array(
                entries + [BytePairTokenizer.byteLevel(addsPrefixSpace: false, usesExpression: endsInGPT2)]),
        ])
    }
}
