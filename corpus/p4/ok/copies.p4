// Packets dropped, cloned, resubmitted, recirculated and cut, with field lists.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { @field_list(1) bit<32> w; @field_list(1, 2) bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        if (h.h.a == 0) { mark_to_drop(s); }
        if (h.h.a == 1) { clone(CloneType.I2E, 5); }
        if (h.h.a == 2) { clone_preserving_field_list(CloneType.I2E, 6, 1); }
        if (h.h.a == 3) { resubmit_preserving_field_list(2); }
        truncate(64);
        assert(h.h.isValid());
        assume(h.h.a < 200);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { if (s.instance_type == 0 && h.h.b == 4) { recirculate_preserving_field_list(1); } } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
