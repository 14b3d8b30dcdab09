// Arguments by name, left out, and functions of one name told apart by their parameters.
#include <v1model.p4>
struct headers_t { }
struct metadata_t { bit<8> x; bit<16> y; bool f; }
extern void note(in bit<8> what, @optional in bit<8> why);
extern bit<8> measure(in bit<8> a);
extern bit<8> measure(in bit<8> a, in bit<8> b);
extern bit<8> measure(in bit<8> first_of_both, in bit<8> b, in bool f);
bit<8> scale(in bit<8> x, in bit<8> by = 2, in bit<8> offset = 3) { return x * by + offset; }
bit<8> scale(in bit<16> wide, in bool low) { return low ? wide[7:0] : wide[15:8]; }
void out_only(out bit<8> x, out bool f) { x = 1; f = true; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control Sub(inout bit<8> x, in bit<8> step = 1)(bit<8> limit = 10, bool strict = false) {
    apply { if (x < limit || strict) { x = x + step; } }
}
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Sub() plain;
    Sub(strict = true) strict;
    Sub(20, true) both;
    action add(in bit<8> a, bit<8> n) { m.x = a + n; }
    apply {
        m.x = scale(m.x);
        m.x = scale(offset = 1, x = m.x);
        m.x = scale(low = true, wide = m.y);
        m.x = measure(m.x) + measure(b = 1, a = m.x) + measure(1, 2, true);
        note(m.x);
        note(why = 2, what = 1);
        out_only(_, m.f);
        out_only(f = _, x = m.x);
        add(n = 1, a = 2);
        plain.apply(m.x);
        strict.apply(step = 3, x = m.x);
        both.apply(m.x, 4);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { } }
V1Switch(p = P(), vr = V(), ig = I(), eg = E(), ck = C(), dep = D()) main;
