// Divisions that a target needn't compute: of constants, by powers of two, and what nobody looks at.
#include <core.p4>
#include <v1model.p4>
struct parts { bit<16> a; bit<16> b; }
struct headers { }
struct meta { bit<16> x; bit<16> y; parts p; }
bit<16> ratio(in bit<16> a, in bit<16> b) { return a / b; }
parser P(packet_in b, out headers h, inout meta m, inout standard_metadata_t s) {
    state start { m.x = m.y / 4; transition accept; }
}
control V(inout headers h, inout meta m) { apply { } }
control I(inout headers h, inout meta m, inout standard_metadata_t s) {
    bit<16> twelve = 12;
    action never() { m.x = m.x / m.y; }
    action by(bit<16> n) { m.y = 100 / n; }
    apply {
        bit<16> three = 3;
        parts known;
        known.a = 60;
        known.b = known.a % 7;
        m.x = twelve / three + m.y % 8 + 0 / m.y + m.y / 1;
        three = three + 1;
        m.p.a = twelve % three;
        m.p.b = ratio(20, 5) + known.b / known.a;
        by(5);
        bit<16> unused = m.x / m.y;
        if (false) { m.x = m.x / m.y; }
        return;
        m.x = m.x / m.y;
    }
}
control E(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control C(inout headers h, inout meta m) { apply { } }
control D(packet_out b, in headers h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
