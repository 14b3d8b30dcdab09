// Tables where simple_switch has no way back, and actions with parameters that nobody can give.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; }
struct headers_t { h_t h; }
struct metadata_t { bit<8> r; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action set(bit<8> x) { h.h.a = x; }
    table t { key = { h.h.b: exact; } actions = { set; NoAction; } }
    apply {
        for (bit<8> i = 0; i < h.h.a; i = i + 1) { t.apply(); }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action flip(bool x) { m.r = x ? 8w1 : 8w0; }
    table t { actions = { flip; } }
    apply { t.apply(); }
}
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
