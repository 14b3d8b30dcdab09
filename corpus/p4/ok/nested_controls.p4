// Controls in controls, two instances with their own tables, and one applied by its type.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
control Inner(inout bit<8> x, in bit<8> y)(bit<8> step) {
    action add(bit<8> v) { x = x + v + step; }
    table t { key = { y: exact; } actions = { add; NoAction; } }
    apply { t.apply(); }
}
control Plain(inout bit<8> x) { apply { x = x + 1; } }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Inner(1) one;
    Inner(2) two;
    apply {
        one.apply(m.x, h.h.a);
        two.apply(m.x, h.h.b);
        Plain.apply(h.h.a);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
