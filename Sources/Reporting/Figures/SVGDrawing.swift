/// A figure's drawing made fit for a page: gnuplot's SVG with ids of its own, colours that follow the
/// page's theme, an accessible name and description, and nothing it does not need.
public struct SVGDrawing: Sendable, Equatable {
    let id: String
    let title: String
    let description: String
    private let width: Double
    private let height: Double
    private let body: String

    /// - Parameter gnuplot: the text of an SVG file as gnuplot's `svg` terminal writes it.
    /// - Throws: ``SVGDocument/ParseError``.
    package init(id: String, title: String, description: String, gnuplot: String) throws(SVGDocument.ParseError) {
        let document = try SVGDocument(parsing: gnuplot)
        self.id = id
        self.title = title
        self.description = description
        width = document.width
        height = document.height
        let writer = SVGWriter(
            prefix: id, width: document.width, height: document.height, used: document.referencedIDs)
        if case .element(_, _, let children) = document.root {
            body = children.map(writer.text).joined()
        } else {
            body = ""
        }
    }

    /// For a page: no background, colours from the page's custom properties.
    package var inline: TrustedMarkup {
        TrustedMarkup(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \(rootAttributes)>\(names)\(body)</svg>")
    }

    /// A file that reads well alone, in both themes: own paper, own colours.
    public var standalone: String {
        let dark = "@media (prefers-color-scheme:dark){svg{\(Palette.declarations(dark: true));color:\(Palette.ink.dark)}}"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \(rootAttributes)>\(names)
            <style>svg{\(Palette.declarations(dark: false));color:\(Palette.ink.light);font-family:\(StyleSheet.fontStack)}\
            \(dark)</style>
            <rect width="\(number(width))" height="\(number(height))" fill="var(\(Palette.paper.property))"/>
            \(body)</svg>

            """
    }

    private var rootAttributes: String {
        "role=\"img\" aria-labelledby=\"\(id)-title\" aria-describedby=\"\(id)-desc\" "
            + "viewBox=\"0 0 \(number(width)) \(number(height))\""
    }

    private var names: String {
        "<title id=\"\(id)-title\">\(Escaping.text(title))</title><desc id=\"\(id)-desc\">\(Escaping.text(description))</desc>"
    }

    private func number(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}

/// Writes a parsed drawing again, with only the groups, attributes and symbols that change a pixel.
private struct SVGWriter {
    let prefix: String
    let width: Double
    let height: Double
    /// Ids that something outside its own definition refers to.
    let used: Set<String>

    func text(of node: SVGDocument.Node) -> String {
        switch node {
        case .text(let text): return Escaping.text(text)
        case .element(let name, let attributes, let children):
            if isBackground(name, attributes) { return "" }
            let kept = name == "defs" ? children.filter(isUsed) : children
            let content = kept.map(text).joined()
            if content.isEmpty, name == "g" || name == "defs" || name == "text" { return "" }
            var output = "<\(name)"
            for (attribute, value) in attributes {
                guard let (name, value) = rewrite(attribute, value) else { continue }
                output += " \(name)=\"\(Escaping.attribute(value))\""
            }
            output += content.isEmpty ? "/>" : ">\(content)</\(name)>"
            return name == "tspan" || name == "text" ? output : output + "\n"
        }
    }

    private func isUsed(_ definition: SVGDocument.Node) -> Bool {
        guard case .element(_, let attributes, _) = definition else { return false }
        return attributes.contains { $0.name == "id" && used.contains($0.value) }
    }

    private func rewrite(_ name: String, _ value: String) -> (String, String)? {
        switch name {
        case "id": return ("id", "\(prefix)-\(value)")
        case "xlink:href", "href": return value.hasPrefix("#") ? ("href", "#\(prefix)-\(value.dropFirst())") : nil
        case "clip-path": return value.hasPrefix("url(#") ? (name, "url(#\(prefix)-\(value.dropFirst(5))") : nil
        case "fill", "stroke", "color":
            if value == "none" || value == "currentColor" { return (name, value) }
            let colour = Palette(gnuplot: value)
            // `color="black"` would stop the page's own colour from being inherited.
            if name == "color", colour == .ink { return nil }
            return (name, colour?.reference ?? value)
        case "d", "points":
            return (name, value.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }).joined(separator: " "))
        default: return (name, value)
        }
    }

    private func isBackground(_ name: String, _ attributes: [(name: String, value: String)]) -> Bool {
        guard name == "rect" else { return false }
        func value(_ name: String) -> Double? { attributes.first { $0.name == name }.flatMap { Double($0.value) } }
        return value("x") == 0 && value("y") == 0 && value("width") == width && value("height") == height
    }
}

extension SVGDocument {
    /// Ids of definitions that the drawing refers to, directly or through another definition.
    var referencedIDs: Set<String> {
        var definitions: [String: Node] = [:]
        var found: Set<String> = []
        var pending: [Node] = [root]
        while let node = pending.popLast() {
            guard case .element(let name, let attributes, let children) = node else { continue }
            if name == "defs" {
                for case .element(let kind, let attributes, let children) in children {
                    guard let id = attributes.first(where: { $0.name == "id" })?.value else { continue }
                    definitions[id] = .element(name: kind, attributes: attributes, children: children)
                }
                continue
            }
            for (name, value) in attributes {
                var id: String?
                if name == "xlink:href" || name == "href", value.hasPrefix("#") { id = String(value.dropFirst()) }
                if name == "clip-path", value.hasPrefix("url(#") { id = String(value.dropFirst(5).dropLast()) }
                if let id { found.insert(id) }
            }
            pending += children
        }
        var open = Array(found)
        while let id = open.popLast() {
            guard let definition = definitions[id], case .element(_, let attributes, _) = definition else { continue }
            for (name, value) in attributes where name == "xlink:href" || name == "href" {
                if found.insert(String(value.dropFirst())).inserted { open.append(String(value.dropFirst())) }
            }
        }
        return found
    }
}
