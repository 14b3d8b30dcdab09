// Tables that are out of the ordinary.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; }
struct headers_t { h_t h; }
struct metadata_t { bit<8> r; }
parser P(packet_in b, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start { b.extract(hdr.h); transition accept; }
}
control V(inout headers_t hdr, inout metadata_t meta) { apply {  } }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action a(inout bit<8> x) { x = 1; }
    table t { key = { hdr.h.a: exact; } actions = { NoAction; } entries = { 1: NoAction(); } }
    table u { key = { hdr.h.a: ternary; } actions = { NoAction; } const entries = { priority = 3: 1: NoAction(); } }
    table v { actions = { a(meta.r); } }
    table w { key = { hdr.h.a: lpm; hdr.h.b: lpm; } actions = { NoAction; } }
    table x { key = { hdr.h.c: lpm; } actions = { NoAction; } const entries = { 1 &&& 0xF: NoAction(); } }
    apply {
        t.apply();
        u.apply();
        v.apply();
        w.apply();
        x.apply();
    }
}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out b, in headers_t hdr) { apply { b.emit(hdr.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
