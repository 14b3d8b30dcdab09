// Looked at before anything was assigned, and `out` parameters without a value.
#include <core.p4>
#include <v1model.p4>
header one { bit<8> a; }
struct pair { bit<8> a; bit<8> b; }
struct headers { one h; }
struct meta { bit<8> x; bit<8> y; }
void nothing(out bit<8> x) { }
void perhaps(in bit<8> y, out bit<8> x) {
    if (y == 1) { return; }
    x = y;
}
void always(in bit<8> y, out bit<8> x, out pair p) {
    if (y == 1) { x = 1; } else { x = 2; }
    p.a = 3;
}
parser P(packet_in b, out headers h, inout meta m, inout standard_metadata_t s) {
    bit<8> kind;
    bit<8> known;
    state start { known = 1; transition select(m.x) { 1: one_way; default: other_way; } }
    state one_way { kind = 3; transition join; }
    state other_way { transition join; }
    state join { m.y = kind + known; transition accept; }
}
control V(inout headers h, inout meta m) { apply { } }
control I(inout headers h, inout meta m, inout standard_metadata_t s) {
    bit<8> by_action;
    bit<8> never;
    action set(bit<8> v) { by_action = v; }
    action in_action() { bit<8> z; m.y = z; }
    table t { key = { m.x: exact; } actions = { set; in_action; } }
    apply {
        bit<8> x;
        bit<8> y;
        bit<8> z;
        pair p;
        pair q;
        @noWarn("uninitialized_use") bit<8> quiet;
        one local;
        m.x = x;
        if (m.x == 1) { y = 1; } else if (m.x == 2) { return; } else { y = 2; }
        if (m.x == 3 && y == 1) { z = 1; }
        m.y = y + z;
        t.apply();
        m.y = by_action + never + quiet;
        m.x = p.b;
        always(m.x, m.y, q);
        m.x = q.b + local.a;
        switch (m.x) { 1: { x = 1; } default: { x = 2; } }
        for (bit<8> i = 0; i < 3; i = i + 1) { z = i; }
        m.x = x + z;
        nothing(m.x);
        perhaps(m.x, m.y);
    }
}
control E(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control C(inout headers h, inout meta m) { apply { } }
control D(packet_out b, in headers h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
