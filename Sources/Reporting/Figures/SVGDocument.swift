/// An SVG document as a tree, read from the text that gnuplot writes.
///
/// Only what a static drawing needs is kept: elements and attributes outside the lists below (scripts,
/// styles, event handlers, links to other documents) are dropped with all they contain.
package struct SVGDocument {
    indirect enum Node {
        case text(String)
        case element(name: String, attributes: [(name: String, value: String)], children: [Node])
    }

    static let elements: Set<String> = [
        "svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use", "text", "tspan",
        "clipPath",
    ]
    static let attributes: Set<String> = [
        "id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points", "transform",
        "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
        "stroke-linejoin", "opacity", "color", "font-size", "font-weight", "font-style", "text-anchor", "viewBox",
        "xlink:href", "href", "clip-path",
    ]

    let root: Node
    let width: Double
    let height: Double

    package struct ParseError: Error, Equatable { package var reason: String }

    /// - Throws: ``ParseError`` where tags do not match or the root is no `svg` element with a view box.
    init(parsing text: String) throws(ParseError) {
        var parser = SVGParser(text)
        let root = try parser.document()
        guard case .element(let name, let attributes, _) = root, name == "svg" else {
            throw ParseError(reason: "the root element is not svg")
        }
        let box = attributes.first { $0.name == "viewBox" }?.value.split(separator: " ").compactMap { Double($0) } ?? []
        guard box.count == 4, box[2] > 0, box[3] > 0 else { throw ParseError(reason: "no viewBox") }
        self.root = root
        width = box[2]
        height = box[3]
    }
}

/// Reads elements, attributes and text; comments, prolog and declarations are skipped.
private struct SVGParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func document() throws(SVGDocument.ParseError) -> SVGDocument.Node {
        while position < bytes.count {
            skip(while: { $0 != UInt8(ascii: "<") })
            if starts(with: "<?") { skip(past: "?>") } else if starts(with: "<!--") { skip(past: "-->") } else if starts(
                with: "<!")
            {
                skip(past: ">")
            } else if let root = try element() {
                return root
            } else {
                break
            }
        }
        throw SVGDocument.ParseError(reason: "no root element")
    }

    /// The element that starts here, or `nil` where its kind is not kept.
    private mutating func element() throws(SVGDocument.ParseError) -> SVGDocument.Node? {
        guard depth < 64 else { throw SVGDocument.ParseError(reason: "nested too deeply, byte \(position)") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        let name = take(while: { !Self.isSpace($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") })
        var attributes: [(name: String, value: String)] = []
        while true {
            skip(while: Self.isSpace)
            guard position < bytes.count else { throw SVGDocument.ParseError(reason: "<\(name)> does not end") }
            if starts(with: "/>") {
                position += 2
                return SVGDocument.elements.contains(name) ? .element(name: name, attributes: attributes, children: []) : nil
            }
            if bytes[position] == UInt8(ascii: ">") {
                position += 1
                break
            }
            let attribute = try self.attribute(of: name)
            if SVGDocument.attributes.contains(attribute.name) { attributes.append(attribute) }
        }
        var children: [SVGDocument.Node] = []
        while true {
            guard position < bytes.count else { throw SVGDocument.ParseError(reason: "<\(name)> is not closed") }
            if starts(with: "</") {
                position += 2
                let end = take(while: { $0 != UInt8(ascii: ">") }).filter { $0 != " " && $0 != "\n" }
                position += 1
                guard end == name else { throw SVGDocument.ParseError(reason: "<\(name)> is closed by </\(end)>") }
                return SVGDocument.elements.contains(name)
                    ? .element(name: name, attributes: attributes, children: children) : nil
            }
            if starts(with: "<!--") {
                skip(past: "-->")
            } else if bytes[position] == UInt8(ascii: "<") {
                if let child = try element() { children.append(child) }
            } else {
                let text = Self.unescaped(take(while: { $0 != UInt8(ascii: "<") }))
                if name == "text" || name == "tspan" { children.append(.text(text)) }
            }
        }
    }

    private mutating func attribute(of element: String) throws(SVGDocument.ParseError) -> (name: String, value: String) {
        let name = take(while: { !Self.isSpace($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ">") })
        skip(while: Self.isSpace)
        guard !name.isEmpty, position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            throw SVGDocument.ParseError(reason: "attribute of <\(element)> without a value, byte \(position)")
        }
        position += 1
        skip(while: Self.isSpace)
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") else {
            throw SVGDocument.ParseError(reason: "attribute \(name) of <\(element)> is not quoted, byte \(position)")
        }
        let quote = bytes[position]
        position += 1
        let value = take(while: { $0 != quote })
        position += 1
        return (name, Self.unescaped(value))
    }

    private mutating func take(while condition: (UInt8) -> Bool) -> String {
        let start = position
        skip(while: condition)
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }

    private mutating func skip(past end: String) {
        while position < bytes.count, !starts(with: end) { position += 1 }
        position = min(position + end.utf8.count, bytes.count)
    }

    private func starts(with text: String) -> Bool {
        bytes[min(position, bytes.count)...].starts(with: text.utf8)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var output = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            output += rest[..<start]
            rest = rest[start...]
            let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
            if let (entity, character) = entities.first(where: { rest.hasPrefix($0.0) }) {
                output += character
                rest = rest.dropFirst(entity.count)
            } else {
                output += "&"
                rest = rest.dropFirst()
            }
        }
        return output + rest
    }
}
