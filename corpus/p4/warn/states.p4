// States that nothing leads to, cases behind one that takes everything, a state without a transition.
#include <core.p4>
#include <v1model.p4>
struct headers { }
struct meta { bit<8> x; }
parser P(packet_in b, out headers h, inout meta m, inout standard_metadata_t s) {
    state start { transition select(m.x, m.x) { (1, _): next; (_, _): accept; (2, 2): next; } }
    state next { m.x = 2; }
    state island { transition bridge; }
    state bridge { transition accept; }
}
control V(inout headers h, inout meta m) { apply { } }
control I(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control E(inout headers h, inout meta m, inout standard_metadata_t s) { apply { } }
control C(inout headers h, inout meta m) { apply { } }
control D(packet_out b, in headers h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
