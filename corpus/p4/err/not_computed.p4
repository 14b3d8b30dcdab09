// What the language allows, and no target that p4c knows computes.
#include <core.p4>
#include <v1model.p4>
header one { bit<8> a; }
header other { bit<16> b; }
header_union either { one x; other y; }
struct pair { bit<8>[16] in_pair; }
struct headers { one h; either[4] u; }
struct meta { bit<16> x; bit<16> y; bit<8> i; pair[16] pairs; }
extern void keep(inout headers all);
bit<16> ratio(in bit<16> a, in bit<16> b) { return a / b; }
void choose(inout meta m) { switch (m.x) { 1: { m.y = 2; } } }
parser P(packet_in b, out headers h, inout meta m, inout standard_metadata_t s) {
    state start {
        b.extract(h.u[m.i].x);
        transition select(m.x % 3) { 1: next; default: accept; }
    }
    state next { b.extract(h.u[1].y); transition accept; }
}
control V(inout headers h, inout meta m) { apply { } }
control I(inout headers h, inout meta m, inout standard_metadata_t s) {
    action divide(bit<16> by) { m.x = m.x / by; }
    action choice() { choose(m); }
    action branches() {
        switch (m.x) { 1: { m.y = 2; } default: { m.y = 3; } }
    }
    table t { key = { m.x / m.y: exact @name("ratio"); } actions = { divide; choice; branches; } }
    apply {
        choose(m);
        m.x = m.x / 3;
        m.x %= m.y;
        m.y = 12 / m.x;
        m.x = ratio(m.x, 2);
        m.pairs[m.i].in_pair[m.i] = 1;
        keep(h);
        t.apply();
    }
}
control E(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control C(inout headers h, inout meta m) { apply { } }
control D(packet_out b, in headers h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
