import CGnuplot
import Foundation

/// A gnuplot script and the data files it reads, by name within one folder.
public struct Plot: Sendable, Equatable {
    /// Stem of the files: `<id>.gp`, `<id>.svg`.
    public var id: String
    public var script: String
    /// Data files: name and content.
    public var data: [DataFile]

    package init(id: String, script: String, data: [DataFile]) {
        self.id = id
        self.script = script
        self.data = data
    }

    public struct DataFile: Sendable, Equatable {
        public var name: String
        public var content: String
    }

    /// What the figure consists of, for links.
    var files: [(name: String, file: String)] {
        [("drawing", "\(id).svg"), ("script", "\(id).gp")] + data.map { ("data", $0.name) }
    }

    /// The file that the script writes.
    static func drawing(of id: String) -> String { "\(id)-gnuplot.svg" }

    var rebuildHint: String { "To draw it again, as figures/\(Self.drawing(of: id)), in the folder that report.html is in:" }
    var rebuildCommand: String { "cd figures && gnuplot \(id).gp" }
}

public enum PlotError: Error, Equatable, CustomStringConvertible {
    case gnuplotNotFound
    case cannotWrite(path: String, reason: String)
    case scriptFailed(figure: String, messages: String)
    case notSVG(path: String, reason: String)

    public var description: String {
        switch self {
        case .gnuplotNotFound:
            "gnuplot is not in PATH, so figures cannot be drawn; install it (Debian: apt-get install gnuplot-nox)"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason); check that the folder exists and has room"
        case .scriptFailed(let figure, let messages):
            "gnuplot stopped at figure \(figure): \(messages.isEmpty ? "no message" : messages)"
        case .notSVG(let path, let reason): "\(path) is not the SVG that gnuplot should have written: \(reason)"
        }
    }
}

/// The gnuplot program on this machine.
public struct Gnuplot: Sendable {
    public let path: String

    /// The first executable `gnuplot` in PATH, or `nil`.
    public init?() {
        var buffer = [CChar](repeating: 0, count: 4096)
        guard precis_gnuplot_find(&buffer, buffer.count) == Int32(PRECIS_GNUPLOT_OK.rawValue) else { return nil }
        path = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Draws a plot whose script and data already lie in `folder`; returns gnuplot's SVG, which does not stay there.
    /// - Throws: ``PlotError``.
    public func draw(_ plot: Plot, in folder: URL) throws -> String {
        let log = folder.appendingPathComponent("\(plot.id).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let script = Array(plot.script.utf8CString)
        let status = precis_gnuplot_run(folder.path, log.lastPathComponent, script, script.count - 1)
        switch precis_gnuplot_status(rawValue: UInt32(status)) {
        case PRECIS_GNUPLOT_OK: break
        case PRECIS_GNUPLOT_NOT_FOUND: throw PlotError.gnuplotNotFound
        default:
            let messages = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw PlotError.scriptFailed(
                figure: plot.id, messages: messages.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let drawing = folder.appendingPathComponent(Plot.drawing(of: plot.id))
        defer { try? FileManager.default.removeItem(at: drawing) }
        do {
            return try String(contentsOf: drawing, encoding: .utf8)
        } catch {
            throw PlotError.notSVG(path: drawing.path, reason: "\(error.localizedDescription)")
        }
    }
}

extension Plot {
    /// Writes script and data into `folder`.
    /// - Throws: ``PlotError/cannotWrite(path:reason:)``.
    public func write(to folder: URL) throws {
        for file in data {
            let url = folder.appendingPathComponent(file.name)
            do {
                try Data(file.content.utf8).write(to: url)
            } catch {
                throw PlotError.cannotWrite(path: url.path, reason: error.localizedDescription)
            }
        }
        let url = folder.appendingPathComponent("\(id).gp")
        let bytes = Array(script.utf8CString)
        guard precis_gnuplot_write_script(url.path, bytes, bytes.count - 1) == Int32(PRECIS_GNUPLOT_OK.rawValue) else {
            throw PlotError.cannotWrite(path: url.path, reason: "the file could not be opened or filled")
        }
    }
}
