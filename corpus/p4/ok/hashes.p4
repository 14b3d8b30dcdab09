// Hashes, random numbers and digests.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct seen_t { bit<8> a; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        hash(m.w, HashAlgorithm.crc32, 32w0, { h.h.a, h.h.d }, 32w1024);
        hash(h.h.c, HashAlgorithm.csum16, 16w0, { h.h.a, h.h.b, h.h.d }, 32w65536);
        random(m.x, 1, 9);
        digest<seen_t>(1, { h.h.a, h.h.d });
        digest(2, { h.h.b });
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
