// Loops in controls, actions and functions, with ways out of them.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<8> r; bit<8> s; }
bit<8> ones(in bit<8> x) {
    bit<8> n = 0;
    for (bit<8> i = 0; i < 8; i = i + 1) {
        if ((x >> i) & 1 == 0) { continue; }
        n = n + 1;
        if (n == 5) { return 50; }
    }
    return n;
}
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition select(h.h.a) { 0 .. 127: more; default: accept; } }
    state more { p.extract(h.s.next); transition select(h.s.last.b) { 0 &&& 1: more; default: accept; } }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action sum(bit<8> from) {
        for (bit<8> i in from .. 10) {
            h.h.d = h.h.d + i;
            if (h.h.d > 200) { break; }
        }
    }
    table t { key = { h.h.b: exact; } actions = { sum; } const default_action = sum(4); }
    apply {
        h.h.c = ones(h.h.a);
        for (bit<8> i = 0; i < h.h.b; i = i + 1) {
            m.r = m.r + i;
            if (m.r == 36) { h.h.a = 255; return; }
            if (m.r == 21 && h.h.a == 3) { exit; }
            for (bit<8> j in 1 .. 3) { m.s = m.s + j; if (m.s == 7) { break; } }
        }
        h.h.b = m.r + m.s;
        t.apply();
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
