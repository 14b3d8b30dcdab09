// Functions, controls and actions that are called: copies in and out, in order, and jumps out of them.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct headers_t { h_t h; h_t g; }
struct metadata_t { bit<8> r; bit<8> s; }
bit<8> twice(in bit<8> x) { return x + x; }
bit<8> bump(inout bit<8> x) { x = x + 1; return x; }
void swap(inout bit<8> x, inout bit<8> y) { bit<8> t = x; x = y; y = t; }
bit<8> early(in bit<8> x) {
    if (x > 8w128) { return 1; }
    if (x > 8w64) { return 2; }
    return 3;
}
h_t made(in bit<8> x) { h_t n; n.setValid(); n.a = x; n.b = twice(x); n.c = 0; n.d = 7; return n; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control Inner(inout h_t h, in bit<8> x, out bit<8> y)(bit<8> amount, bool flip) {
    bit<8> local = 3;
    action add(bit<8> n) { h.d = h.d + n; }
    table t { key = { h.b: exact; } actions = { add; NoAction; } const default_action = add(amount); }
    apply {
        y = x + amount;
        if (flip) { h.c = ~h.c; }
        t.apply();
        local = local + 1;
        if (h.a == 8w9) { return; }
        h.a = h.a + local;
        if (h.b == 8w77) { exit; }
        y = y + 1;
    }
}
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    Inner(5, true) first;
    Inner(1, false) second;
    action leave(inout bit<8> x) { x = 99; if (h.h.c == 8w3) { exit; } x = x + 1; }
    apply {
        h.h.a = bump(h.h.b) + twice(bump(h.h.b)) + h.h.b;
        swap(h.h.c, h.h.d);
        m.r = early(h.h.a) + early(h.h.d);
        if (early(h.h.c) == 8w1 && bump(h.h.d) != 8w0 || h.h.a == bump(h.h.a)) { m.s = 1; }
        first.apply(h.h, m.r, m.s);
        h.g = made(m.s);
        second.apply(h.g, h.h.a, h.h.d);
        leave(h.h.b);
        h.g.d = m.r;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
