// What comes next, skipped or checked.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        bit<16> kind = b.lookahead<bit<16>>();
        m.x = b.lookahead<h_t>().b;
        verify(kind != 0xFFFF, error.NoMatch);
        transition select(kind[15:8], kind[7:0]) {
            (1, 0 .. 9): skip;
            (0x20 &&& 0xF0, _): take;
            default: reject;
        }
    }
    state skip { b.advance(64); transition accept; }
    state take { b.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
