/// Commands that the report tells a reader to type.
enum Commands {
    static let baseline = "swift run -c release baseline run"
    static let calibration = "swift run -c release precis calibrate"
    static let sft = "swift run -c release sft run"
    static let sweep = "swift run -c release beta-sweep run"
    static let lora = "swift run -c release lora-rank64 run"
    static let iteration = "swift run -c release iteration2 run"
    static let report = "swift run -c release report"
}
