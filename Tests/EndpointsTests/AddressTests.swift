import Endpoints
import Foundation
import Testing

struct AddressTests {
    @Test("Model and root of the API, however the URL ends")
    func parsing() throws {
        let full = try EndpointAddress("gpt-4o@https://api.openai.com/v1/")
        #expect(full.model == "gpt-4o")
        #expect(full.baseURL.absoluteString == "https://api.openai.com/v1")
        #expect(try EndpointAddress("m@http://localhost:8080").baseURL.absoluteString == "http://localhost:8080/v1")
        #expect(try EndpointAddress("m@http://[::1]:8080/v1/chat/completions").baseURL.absoluteString == "http://[::1]:8080/v1")
        #expect(try EndpointAddress("@cf/meta/llama@2@https://x.example/api").model == "@cf/meta/llama@2")
    }

    @Test(
        "What is no address, or would put a secret on the command line",
        arguments: ["gpt-4o", "@https://x.example/v1", "m@ftp://x", "m@https://", "m@https://user:hunter2@x.example/v1", "m@https://x.example/v1?key=abc"])
    func malformed(text: String) {
        let error = #expect(throws: EndpointError.self) { try EndpointAddress(text) }
        let shown = "\(String(describing: error)) \(error?.location ?? "") \(error?.why ?? "")"
        #expect(!shown.contains("hunter2") && !shown.contains("abc"))
    }

    @Test(
        "Plain http leaves this machine only where that was allowed",
        arguments: ["10.0.0.1", "127.example.com", "localhost.example.com", "127.0.0.256", "example.com"])
    func insecure(host: String) throws {
        #expect(throws: EndpointError.insecureAddress(host: host)) { try EndpointAddress("m@http://\(host)/v1") }
        #expect(try EndpointAddress("m@http://\(host)/v1", allowsInsecureHTTP: true).model == "m")
        #expect(try EndpointAddress("m@https://\(host)/v1").model == "m")
    }

    @Test("A key is taken from the environment and shown by nothing")
    func key() throws {
        #expect(try APIKey(environment: [:]) == nil)
        #expect(try APIKey(environment: ["OPENAI_API_KEY": " "]) == nil)
        let key = try #require(try APIKey(variable: "MY_KEY", environment: ["MY_KEY": "sk-secret-123\n"]))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("secret")) }
        #expect(throws: EndpointError.unusableKey(variable: "MY_KEY")) {
            try APIKey(variable: "MY_KEY", environment: ["MY_KEY": "sk\r\nX-Other: 1"])
        }
    }
}
