#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; }
struct headers_t { h_t h; h_t[2] s; }
struct metadata_t { bit<8> r; }
extern Odd { Odd(); void go(); }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); m.r = h.s.next.a; m.r = (bit<8>) p.length(); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { m.r = 1; } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    Odd() odd;
    action b(bit<8> x) { h.h.a = x; }
    table u { actions = { b; } }
    apply {
        for (bit<8> i = 0; i < 3; i = i + 1) { u.apply(); }
        odd.go();
        resubmit_preserving_field_list(1);
        recirculate_preserving_field_list(1);
        clone(CloneType.E2E, 1);
        h.h.a = h.h.a << h.h.b ++ 8w0;
        verify_checksum(true, { h.h.a }, h.h.b, HashAlgorithm.csum16);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { update_checksum(true, { h.h.a + 1 }, h.h.b, HashAlgorithm.csum16); } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
