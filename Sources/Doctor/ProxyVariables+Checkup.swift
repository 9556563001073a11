import PulseFS
import Settings

extension ProxyVariables {
    var checkup: Checkup {
        guard let proxy else { return Checkup("proxy", .ok, "none is set") }
        let apart = exceptions.map { ", except for the hosts of \($0.name)=\($0.value)" } ?? ""
        return Checkup("proxy", .ok, "requests go through \(proxy.name)=\(proxy.value)\(apart)")
    }
}
