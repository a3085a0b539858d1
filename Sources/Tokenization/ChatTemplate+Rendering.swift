extension ChatTemplate {
    /// A stretch of a rendered conversation.
    enum Piece: Hashable {
        /// A special token, by spelling.
        case token(String)
        /// Ordinary text: of the template, or a message.
        case text(String)
    }

    /// Ids of the conversation.
    /// - Parameter addGenerationPrompt: whether to open the assistant's turn.
    /// - Throws: `TokenizationError.conversation` if the template cannot express these turns.
    public func render(_ messages: [Message], addGenerationPrompt: Bool) throws(TokenizationError) -> [Int32] {
        var ids: [Int32] = []
        var text = ""
        for piece in try pieces(of: messages, addGenerationPrompt: addGenerationPrompt) {
            switch piece {
            case .text(let more):
                text += more
            case .token(let spelling):
                // A model without this special token (Mistral's `[INST]` before v0.3) reads the spelling as text.
                guard let id = tokenizer.id(ofToken: spelling), tokenizer.isSpecial(id) else {
                    text += spelling
                    continue
                }
                // Template text and content meet inside words, so a stretch is encoded as one.
                ids += tokenizer.encode(text)
                text = ""
                ids.append(id)
            }
        }
        return ids + tokenizer.encode(text)
    }

    /// The conversation as text, special tokens spelled out.
    /// - Throws: `TokenizationError.conversation` if the template cannot express these turns.
    public func text(_ messages: [Message], addGenerationPrompt: Bool) throws(TokenizationError) -> String {
        var text = ""
        for piece in try pieces(of: messages, addGenerationPrompt: addGenerationPrompt) {
            switch piece {
            case .token(let more), .text(let more): text += more
            }
        }
        return text
    }

    /// Ids of an answer, its end of turn included; with `render` of the turns before it, a prompt-completion pair.
    public func completion(_ answer: String) -> [Int32] { tokenizer.encode(answer) + [endOfTurn] }

    func pieces(of messages: [Message], addGenerationPrompt: Bool) throws(TokenizationError) -> [Piece] {
        switch style {
        case .chatML(let defaultSystemTurn):
            Self.chatML(messages, defaultSystemTurn, addGenerationPrompt)
        case .mistral(let layout):
            try mistral(messages, layout)
        case .llama3(let today):
            Self.llama3(messages, today, addGenerationPrompt)
        }
    }

    private static func chatML(
        _ messages: [Message], _ defaultSystemTurn: String?, _ addGenerationPrompt: Bool
    ) -> [Piece] {
        var turns = messages
        if let defaultSystemTurn, let first = messages.first, first.role != .system {
            turns.insert(Message(role: .system, content: defaultSystemTurn), at: 0)
        }
        var pieces: [Piece] = turns.flatMap { turn -> [Piece] in
            [
                .token("<|im_start|>"), .text("\(turn.role.rawValue)\n\(turn.content)"), .token("<|im_end|>"),
                .text("\n"),
            ]
        }
        if addGenerationPrompt { pieces += [.token("<|im_start|>"), .text("assistant\n")] }
        return pieces
    }

    private static func llama3(_ messages: [Message], _ today: String?, _ addGenerationPrompt: Bool) -> [Piece] {
        func header(_ role: Message.Role) -> [Piece] {
            [.token("<|start_header_id|>"), .text(role.rawValue), .token("<|end_header_id|>"), .text("\n\n")]
        }
        var turns = messages.map { Message(role: $0.role, content: trimmed($0.content)) }
        if let today {
            let lines = "Cutting Knowledge Date: December 2023\nToday Date: \(today)\n\n"
            if turns.first?.role == .system {
                turns[0].content = lines + turns[0].content
            } else {
                turns.insert(Message(role: .system, content: lines), at: 0)
            }
        }
        var pieces: [Piece] = [.token("<|begin_of_text|>")]
        for turn in turns { pieces += header(turn.role) + [.text(turn.content), .token("<|eot_id|>")] }
        if addGenerationPrompt { pieces += header(.assistant) }
        return pieces
    }

    /// Mistral's assistant turn opens with `[/INST]`, so there is nothing to add for generation.
    private func mistral(_ messages: [Message], _ layout: MistralLayout) throws(TokenizationError) -> [Piece] {
        var turns = messages
        var system: String?
        if let first = turns.first, first.role == .system, layout.takesSystemTurn {
            system = first.content
            turns.removeFirst()
        }
        for (index, turn) in turns.enumerated() where turn.role != (index.isMultiple(of: 2) ? .user : .assistant) {
            throw .conversation(
                reason: "turn \(index + 1) is \(turn.role.rawValue); Mistral-Instruct wants user and assistant in turn"
                    + (layout.takesSystemTurn ? "" : ", without a system turn"))
        }
        var pieces: [Piece] = [.token("<s>")]
        for (index, turn) in turns.enumerated() {
            if turn.role == .user {
                let content = index == 0 ? (system.map { $0 + "\n\n" } ?? "") + turn.content : turn.content
                pieces += Self.split(layout.opening) + [.text(content)] + Self.split(layout.closing)
            } else {
                pieces += [
                    .text(layout.answerPrefix + turn.content), .token(style.endOfTurn), .text(layout.answerSuffix),
                ]
            }
        }
        return pieces
    }

    /// `[INST]` and `[/INST]` are special tokens in some of Mistral's vocabularies and text in others.
    private static func split(_ marker: String) -> [Piece] {
        for token in ["[INST]", "[/INST]"] {
            let parts = marker.split(separator: token, maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { return [.text(String(parts[0])), .token(token), .text(String(parts[1]))] }
        }
        return [.text(marker)]
    }

    /// Jinja's `trim`, which is Python's `str.strip`: white space and the four information separators.
    private static func trimmed(_ text: String) -> String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
