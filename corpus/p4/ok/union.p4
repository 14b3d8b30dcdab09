// A header union: its members, its validity and its comparison.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
header i_t { bit<16> y; }
header_union u_t { h_t h; i_t i; }
struct headers_t { h_t h; u_t u; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition select(h.h.a) { 1: left; 2: right; default: accept; }
    }
    state left { b.extract(h.u.h); transition accept; }
    state right { b.extract(h.u.i); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        if (h.u.isValid()) {
            if (h.u.i.isValid()) { h.u.i.y = 7; } else { h.u.h.setInvalid(); }
        } else {
            h.u.i.setValid();
            h.u.i.y = h.h.c;
        }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
