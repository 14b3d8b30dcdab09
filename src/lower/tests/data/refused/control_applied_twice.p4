// One instance applied in several places: its tables are the same ones, its parameters are copied.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct headers_t { h_t h; h_t g; }
struct metadata_t { bit<8> r; bit<8> s; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition select(h.h.a) { 0 .. 3: more; default: accept; } }
    state more { p.extract(h.g); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control Step(inout bit<8> x, in bit<8> y) {
    bit<8> z = 1;
    action add(bit<8> n) { x = x + n + y + z; z = z + 1; }
    table t { key = { x: exact; y & 3: ternary; x ^ y: exact @name("both"); } actions = { add; NoAction; }
        const entries = { (4, 1, 5): add(9); (7, _, 7): NoAction(); } const default_action = add(2); }
    apply { z = z + x; t.apply(); }
}
control Small(inout h_t h) { apply { h.d = h.d + 1; h.c[3:0] = h.d[7:4]; } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    Step() step;
    Small() small;
    apply {
        if (h.h.b > 8w100) { step.apply(h.h.a, h.h.c); } else { step.apply(h.h.d, h.h.a); }
        small.apply(h.h);
        small.apply(h.g);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
