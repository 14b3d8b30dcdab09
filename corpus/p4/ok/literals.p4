// Numbers in every form.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
const int BIG = 0xFFFF_FFFF_FFFF_FFFF_FFFF;
const int SMALL = BIG - BIG + 7;
const bit<80> WIDE = BIG;
const int<8> MINUS = -8s1;
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
        m.x = 8w255; m.x = 0b1010_1010; m.x = 0o17; m.x = 0d19; m.x = 8w0xF_F; m.x = 1_0; m.x = SMALL;
        m.w = 32w0b1 + 0x10 + 0X1f + 0B11 + 0O7 + 0D9;
        m.w = WIDE[79:48];
        m.x = (bit<8>)MINUS;
        m.x = 8w0b_1;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
