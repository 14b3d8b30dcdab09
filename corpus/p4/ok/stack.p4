// Stacks: next, last, lastIndex, push and pop.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition select(h.h.a) { 0: accept; default: more; }
    }
    state more {
        b.extract(h.s.next);
        m.w = h.s.lastIndex;
        transition select(h.s.last.a) { 1: more; _: accept; }
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        h.s.push_front(1);
        h.s[0].setValid();
        h.s[0] = { 1, 2, 3, 4 };
        h.s.pop_front(2);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
