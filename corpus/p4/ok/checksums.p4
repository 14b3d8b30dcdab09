// Checksums verified and updated, with and without payload.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { verify_checksum(h.h.isValid(), { h.h.a, h.h.b, h.h.d }, h.h.c, HashAlgorithm.csum16); } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) {
    apply {
        update_checksum(h.h.isValid(), { h.h.a, h.h.b, h.h.d }, h.h.c, HashAlgorithm.csum16);
        update_checksum_with_payload(h.s[0].isValid(), { h.s[0].a, h.s[0].b, h.s[0].d }, h.s[0].c, HashAlgorithm.csum16);
    }
}
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
