// A union is copied member by member, also where nothing else looks at their fields.
#include <core.p4>
#include <v1model.p4>
header short_t { bit<16> all; }
header long_t { bit<32> all; }
header_union either_t { short_t s; long_t l; }
header kind_t { bit<8> kind; }
struct headers_t { kind_t k; either_t from; either_t to; }
struct metadata_t { }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.k);
        transition select(h.k.kind) { 1: short; 2: long; default: accept; }
    }
    state short { b.extract(h.from.s); transition accept; }
    state long { b.extract(h.from.l); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply { h.to = h.from; s.egress_spec = 1; }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h.k); b.emit(h.to); b.emit(h.from); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
