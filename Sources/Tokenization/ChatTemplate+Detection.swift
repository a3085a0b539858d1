extension ChatTemplate.Style {
    /// The style that a model's Jinja template writes.
    ///
    /// Templates are recognised by what they contain, not run.
    /// - Parameters:
    ///   - jinja: `tokenizer.chat_template` of a GGUF file, `chat_template` of `tokenizer_config.json`.
    ///   - source: named in errors.
    /// - Throws: `TokenizationError.unsupported` for any other template, naming the styles there are.
    public init(recognizing jinja: String, source: String) throws(TokenizationError) {
        // Jinja reads `\n` in a string literal as a line break; published templates have either.
        let template = jinja.replacing("\\n", with: "\n").replacing("\"", with: "'")
        guard let style = Self.llama3(template) ?? Self.chatML(template) ?? Self.mistral(template) else {
            throw .unsupported(
                source: source, field: "chat_template", found: "a template that begins \"\(jinja.prefix(60))\"",
                supported: "ChatML, Mistral-Instruct and Llama 3 templates; to choose one by name give "
                    + Self.named.map(\.key).joined(separator: ", "))
        }
        self = style
    }

    /// - Throws: `TokenizationError.unsupported` if no style has this name.
    public init(named name: String) throws(TokenizationError) {
        guard let match = Self.named.first(where: { $0.key == name }) else {
            throw .unsupported(
                source: "settings", field: "chat template", found: "\"\(name)\"",
                supported: Self.named.map(\.key).joined(separator: ", "))
        }
        self = match.value
    }

    private static func llama3(_ template: String) -> Self? {
        guard template.contains("<|start_header_id|>"), template.contains("<|eot_id|>"), template.contains("trim")
        else {
            return nil
        }
        guard template.contains("Cutting Knowledge Date: December 2023") else { return .llama3 }
        return .llama3_1
    }

    private static func chatML(_ template: String) -> Self? {
        // Templates with tools or hidden reasoning write more than the turns.
        guard template.contains("<|im_start|>"), template.contains("<|im_end|>"), !template.contains("tool"),
            !template.contains("think"), !template.contains("bos_token")
        else { return nil }
        let systemOpening = "<|im_start|>system\n"
        guard let opening = template.range(of: systemOpening) else {
            return template.contains("message['role'] + '\n'") ? .chatML(defaultSystemTurn: nil) : nil
        }
        guard template.contains("messages[0]['role'] != 'system'"),
            let end = template.range(of: "<|im_end|>\n'", from: opening.upperBound),
            !template[opening.upperBound..<end.lowerBound].contains("'")
        else { return nil }
        return .chatML(defaultSystemTurn: String(template[opening.upperBound..<end.lowerBound]))
    }

    private static func mistral(_ template: String) -> Self? {
        guard template.contains("[INST]"), template.contains("[/INST]"), template.contains("eos_token"),
            !template.contains("<<SYS>>"), !template.contains("[AVAILABLE_TOOLS]"),
            !template.contains("[SYSTEM_PROMPT]")
        else { return nil }
        let hasSystemTurn = template.contains("messages[0]['role'] == 'system'")
        if template.contains("' [INST] ' + system_message + '\n\n' + message['content'] + ' [/INST]'"),
            template.contains("' ' + message['content'] + eos_token")
        {
            return .mistral(.v1Revised)
        }
        guard !hasSystemTurn, template.contains("'[INST] ' + message['content'] + ' [/INST]'") else { return nil }
        if template.contains("message['content'] + eos_token + ' '") { return .mistral(.v1) }
        var layout = MistralLayout.v2
        if template.contains("' ' + message['content'] + eos_token") { layout.answerPrefix = " " }
        return .mistral(layout)
    }
}

extension String {
    /// The first occurrence of a non-empty `text` at or after `start`, scalar for scalar.
    fileprivate func range(of text: String, from start: Index? = nil) -> Range<Index>? {
        self[(start ?? startIndex)...].firstRange(of: text)
    }
}
