// Blocks with names of their own, and `exit` and `return`.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
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
    bit<8> y = 1;
    action stop() { if (y == 2) { return; } m.x = 5; exit; }
    apply {
        { bit<16> y2 = 2; m.w = (bit<32>)y2; }
        { bit<32> y2 = 3; m.w = y2; }
        if (h.h.a == 1) return;
        if (h.h.a == 2) { exit; }
        y = 2;
        stop();
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
