extension Markup {
    /// The markup as HTML.
    public func html() -> String {
        var output = ""
        write(to: &output)
        return output
    }

    func write(to output: inout String) {
        switch self {
        case .text(let text): output += Escaping.text(text)
        case .trusted(let markup): output += markup.text
        case .fragment(let children):
            for child in children { child.write(to: &output) }
        case .element(let tag, let attributes, let children):
            output += "<\(tag.rawValue)"
            for attribute in attributes { output += " \(attribute.name)=\"\(Escaping.attribute(attribute.value))\"" }
            output += ">"
            if !tag.isVoid {
                for child in children { child.write(to: &output) }
                output += "</\(tag.rawValue)>"
            }
            if tag.endsLine { output += "\n" }
        }
    }
}

/// Escaping of text for the place where it will stand.
enum Escaping {
    /// For element content.
    static func text(_ text: String) -> String {
        replacing(in: VisibleText.of(text)) { byte in
            switch byte {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            default: nil
            }
        }
    }

    /// For a value between double quotes.
    static func attribute(_ text: String) -> String {
        replacing(in: VisibleText.of(text)) { byte in
            switch byte {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "\""): "&quot;"
            case UInt8(ascii: "'"): "&#39;"
            case UInt8(ascii: "`"): "&#96;"
            case UInt8(ascii: "\n"): "&#10;"
            case UInt8(ascii: "\t"): "&#9;"
            default: nil
            }
        }
    }

    /// Replaces ASCII bytes of UTF-8 text; the other bytes of a character are never ASCII.
    static func replacing(in text: String, _ replacement: (UInt8) -> String?) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if let escaped = replacement(byte) { bytes += escaped.utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
