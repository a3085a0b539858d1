import Foundation
import Synchronization

/// Where a run speaks: results on standard output; progress and logs on standard error.
///
/// On a terminal, progress is one line that is refreshed; elsewhere it is a line every 30 seconds. In JSON
/// mode standard output carries ``ConsoleEvent``s, one per line, and nothing else.
public final class Console: Sendable {
    public enum Format: Sendable { case text, json }
    public enum Stream: Sendable { case standardOutput, standardError }

    public let format: Format
    /// Whether standard error is a terminal.
    public let isTerminal: Bool
    /// Whether colour may be used: on a terminal, unless `NO_COLOR` is set.
    public let usesColor: Bool
    private let width: Int
    private let sink: @Sendable (Stream, String) -> Void
    /// Whether a progress line is on the screen that the next output must clear.
    private let showsProgressLine = Mutex(false)

    /// A console on the process's own streams.
    public convenience init(format: Format = .text) {
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
        self.init(
            format: format, isTerminal: isTerminal,
            usesColor: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty, width: Self.terminalWidth()
        ) { stream, text in
            Self.writeFully(text, to: stream == .standardOutput ? STDOUT_FILENO : STDERR_FILENO)
        }
    }

    /// A console that hands its text to `sink`.
    public init(
        format: Format, isTerminal: Bool, usesColor: Bool = false, width: Int = 80,
        sink: @escaping @Sendable (Stream, String) -> Void
    ) {
        self.format = format
        self.isTerminal = isTerminal
        self.usesColor = usesColor
        self.width = width
        self.sink = sink
    }

    /// A result. In JSON mode it goes to standard error, because standard output carries events only.
    public func print(_ text: String) {
        emit(Self.visible(text) + "\n", to: format == .json ? .standardError : .standardOutput)
    }

    /// A remark on the work, on standard error.
    public func log(_ text: String) { emit(Self.visible(text) + "\n", to: .standardError) }

    public func warning(_ text: String) {
        emit(styled("warning: ", "33") + Self.visible(text) + "\n", to: .standardError)
        send(.warning(text))
    }

    /// An error that ends the program, as ``FailureReport`` words it.
    public func error(_ text: String) {
        let rest = text.hasPrefix("error: ") ? String(text.dropFirst("error: ".count)) : nil
        let shown = Self.visible(rest ?? text)
        emit((rest == nil ? shown : styled("error: ", "31") + shown) + "\n", to: .standardError)
    }

    /// The start of a step, on standard error.
    func heading(_ name: String, _ remark: String) {
        emit(styled("[" + Self.visible(name) + "]", "1") + " " + Self.visible(remark) + "\n", to: .standardError)
    }

    /// Sends an event in JSON mode; nothing in text mode.
    public func send(_ event: ConsoleEvent) {
        if format == .json { emit(event.json + "\n", to: .standardOutput) }
    }

    /// Shows or refreshes the progress line on a terminal; elsewhere writes a line.
    func showProgress(_ text: String) {
        guard isTerminal else { return emit(text + "\n", to: .standardError) }
        showsProgressLine.withLock { shows in
            // Return, clear to the end of the line. A line that wraps could not be cleared.
            sink(.standardError, "\r\u{1B}[K" + text.prefix(max(10, width - 1)))
            shows = true
        }
    }

    /// Removes the progress line.
    func clearProgress() { emit("", to: .standardError) }

    private func emit(_ text: String, to stream: Stream) {
        showsProgressLine.withLock { shows in
            if shows { sink(.standardError, "\r\u{1B}[K") }
            shows = false
            if !text.isEmpty { sink(stream, text) }
        }
    }

    /// Control characters as pictures, so that text a model wrote cannot steer the terminal.
    static func visible(_ text: String) -> String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar != "\n" && scalar != "\t" && scalar.properties.generalCategory == .control
        }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // U+2400 and on are pictures of the C0 controls; the others have none.
            let picture = scalar.value < 0x20 ? Unicode.Scalar(0x2400 + scalar.value) : nil
            shown.append(isControl(scalar) ? picture ?? "\u{FFFD}" : scalar)
        }
        return String(shown)
    }

    private func styled(_ text: String, _ code: String) -> String {
        usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes all bytes. What cannot be written (a closed pipe) is dropped: the results are in the store.
    private static func writeFully(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                if count <= 0 { return }
                offset += count
            }
        }
    }
}
