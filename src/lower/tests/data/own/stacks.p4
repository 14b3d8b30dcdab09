// Stacks with indexes known when they run, shifted, copied, compared.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
header w_t { bit<8> n; bit<8> x; }
struct headers_t { h_t h; w_t[4] s; w_t[4] t; }
struct metadata_t { bit<8> r; bit<8> s; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition next; }
    state next {
        p.extract(h.s.next);
        m.r = m.r + h.s.last.x;
        m.s = (bit<8>) h.s.lastIndex;
        transition select(h.s.last.n) { 0 &&& 3: next; default: accept; }
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action mark(bit<8> v) { h.s[h.h.a & 3].x = v; h.t[(h.h.a + 1) & 3].setValid(); h.t[(h.h.a + 1) & 3] = { v, 8w9 }; }
    table t { key = { h.h.b: ternary; } actions = { mark; NoAction; } const default_action = mark(17); }
    apply {
        if (h.s[h.h.c & 3].isValid()) { h.h.d = h.s[h.h.c & 3].n; }
        t.apply();
        h.s[h.h.d & 3].x[3:0] = 4w5;
        h.t[0] = h.s[h.h.b & 3];
        if (h.s[0] == h.s[1]) { h.h.c = 1; }
        if (h.h.a[0:0] == 1) { h.s.push_front(1); h.s[0] = { 8w1, m.r }; } else { h.s.pop_front(1); }
        if (h.h.a == 8w7) { h.t = h.s; }
        h.h.b = m.s;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
