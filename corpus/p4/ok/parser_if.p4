// Conditions and blocks in parser states.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        if (h.h.a == 1) {
            m.x = 1;
        } else if (h.h.b > 3) {
            m.x = h.h.b;
        }
        {
            bit<8> local = m.x;
            m.x = local + 1;
        }
        transition select(m.x) { 2: accept; _: reject; }
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
