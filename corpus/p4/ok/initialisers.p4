// Lists, records, defaults with `...`, invalid headers and tuples.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct in_t { bit<8> a; bit<8> b; bool c; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; in_t i; in_t k; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        m.i = { 1, 2, true };
        m.i = { b = 3, a = 4, c = false };
        m.k = { 5, ... };
        m.k = { a = 6, ... };
        m.i = ...;
        h.h = { 1, 2, 3, 4 };
        h.s[0] = h.h;
        h.h = {#};
        tuple<bit<8>, bool> t = { 7, true };
        m.x = t[0];
        m.f = t[1];
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
