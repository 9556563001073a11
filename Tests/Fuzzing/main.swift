// Runs one target over inputs that libFuzzer makes: `Fuzzing TARGET [libFuzzer's own arguments]`; without a target, names them all.
import CFuzzing
import Foundation

guard CommandLine.argc > 1 else {
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(0)
}
guard let target = FuzzTarget.all.first(where: { $0.name == CommandLine.arguments[1] }) else {
    print("no target is called \(CommandLine.arguments[1])")
    exit(64)
}
FuzzTarget.current = target
// The target's name is not libFuzzer's.
var arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: Int(CommandLine.argc))
arguments[0] = CommandLine.unsafeArgv[0]
for place in 2..<max(2, Int(CommandLine.argc)) { arguments[place - 1] = CommandLine.unsafeArgv[place] }
arguments[Int(CommandLine.argc) - 1] = nil
var count = CommandLine.argc - 1
var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
exit(
    LLVMFuzzerRunDriver(&count, &pointer) { bytes, length in
        FuzzTarget.current?.run(Array(UnsafeBufferPointer(start: bytes, count: length)))
        return 0
    })
