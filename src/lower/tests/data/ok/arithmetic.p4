// Masks where P4 wraps: sums, shifts, casts, slices on both sides, wide words, signed and saturating numbers.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; int<8> s; }
struct headers_t { h_t h; }
struct metadata_t { bit<1280> wide; bit<8> n; bit<16> sum; }
parser P(packet_in b, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start { b.extract(hdr.h); transition accept; }
}
control V(inout headers_t hdr, inout metadata_t meta) { apply { } }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action shift(bit<8> x, bit<8> y, bit<1280> keep, bit<1280> value) {
        meta.wide = (meta.wide & keep) | value;
        meta.wide = meta.wide ^ (meta.wide << x << y);
    }
    table t { actions = { shift; } const default_action = shift(3, 4, 5, 6); }
    apply {
        hdr.h.a = hdr.h.a + hdr.h.b;
        hdr.h.b = hdr.h.b - 3;
        hdr.h.a = hdr.h.a * 5;
        hdr.h.s = hdr.h.s + 1;
        hdr.h.b = hdr.h.a |+| hdr.h.b;
        hdr.h.c[11:4] = hdr.h.a;
        hash(meta.sum, HashAlgorithm.csum16, 16w0, { hdr.h.a, hdr.h.b, hdr.h.c }, 32w0x10000);
        t.apply();
    }
}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t hdr, inout metadata_t meta) {
    apply { update_checksum(hdr.h.isValid() && hdr.h.a != 0, { hdr.h.a, hdr.h.b, 16w0x10 }, hdr.h.c, HashAlgorithm.csum16); }
}
control D(packet_out b, in headers_t hdr) { apply { b.emit(hdr.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
