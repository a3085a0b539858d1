import CKernels
import Testing

@Suite struct MemoryTests {
    /// Around the sizes from which memory comes in large pages, whole and in part.
    @Test(arguments: [0, 1, 63, 4096, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, (6 << 20) + 4097])
    func memoryIsZeroAlignedAndItsOwn(bytes: Int) throws {
        let memory = try (0..<3).map { _ in try #require(pk_allocate(bytes)) }
        defer { memory.forEach { pk_release($0, bytes) } }
        for (index, area) in memory.enumerated() {
            #expect(Int(bitPattern: area) % 64 == 0)
            let values = UnsafeMutableRawBufferPointer(start: area, count: bytes)
            #expect(values.allSatisfy { $0 == 0 })
            values.initializeMemory(as: UInt8.self, repeating: UInt8(index + 1))
        }
        for (index, area) in memory.enumerated() {
            #expect(UnsafeRawBufferPointer(start: area, count: bytes).allSatisfy { $0 == UInt8(index + 1) })
        }
    }
}
