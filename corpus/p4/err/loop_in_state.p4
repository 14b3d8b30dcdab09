// `for` is for controls, actions and functions.
#include <core.p4>
#include <v1model.p4>
struct headers { }
struct meta { bit<8> x; }
parser P(packet_in b, out headers h, inout meta m, inout standard_metadata_t s) {
    state start { for (bit<8> i = 0; i < 3; i = i + 1) { m.x = m.x + i; } transition accept; }
}
control V(inout headers h, inout meta m) { apply { } }
control I(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control E(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control C(inout headers h, inout meta m) { apply { } }
control D(packet_out b, in headers h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
