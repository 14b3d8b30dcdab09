// Every operator, with literals that take the width of the other side.
#include <v1model.p4>
typedef bit<8> byte_t;
type bit<16> tag_t;
enum bit<8> Kind { a = 1, b = 0xF, c = 8w3 + 4 }
const bit<8> K = (1 << 3) | 2;
const int N = 5 * 7 - 3;
const bool BIG = N > 30;
header h_t { bit<8> a; bit<8> b; bit<16> c; int<8> s; bit<7> pad; bool f; }
struct headers_t { h_t h; }
struct inner_t { byte_t x; bit<3> y; }
struct metadata_t { bit<32> w; inner_t in1; tag_t tag; Kind kind; bool flag; error e; bit<1280> wide; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    bit<8> ahead = 3;
    state start {
        b.extract(h.h);
        ahead = b.lookahead<bit<8>>();
        verify(h.h.a != 0, error.NoMatch);
        transition select(h.h.a, h.h.c[7:0], h.h.f, b.lookahead<bit<4>>()) {
            (1, 0x20 &&& 0xF0, true, _): more;
            (2 .. 9, default, _, 4w3): more;
            (K, _, false, 1): accept;
            default: reject;
        }
    }
    state more { b.advance(8); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    bit<8> x = 1;
    int<8> y;
    apply {
        x = h.h.a + 1 - h.h.b * 3 / 2 % 4;
        x = ~h.h.a & 0xF0 | h.h.b ^ 1;
        x = h.h.a |+| h.h.b |-| 1;
        x = h.h.a << 3 >> 1 << h.h.b;
        y = -h.h.s;
        y = (int<8>)h.h.a + -1;
        m.w = h.h.a ++ h.h.b ++ h.h.c;
        m.w[15:8] = h.h.a;
        m.w = (bit<32>)h.h.c[11:4];
        m.w = m.w == 0 ? 32w1 : 2;
        m.flag = !(h.h.a < 3 && h.h.b >= 4 || m.flag) == true;
        m.flag = (bool)h.h.a[0:0];
        m.w = (bit<32>)(bit<1>)m.flag;
        m.tag = (tag_t)h.h.c;
        h.h.c = (bit<16>)m.tag;
        m.kind = Kind.b;
        m.kind = (Kind)h.h.a;
        x = m.kind;
        m.in1 = { 1, 2 };
        m.in1 = { y = 3, x = 4 };
        m.flag = m.e == error.NoError;
        m.wide = (m.wide & ~(1280w0xFF << 200)) | ((bit<1280>)h.h.a << h.h.a << h.h.b);
        x += 1;
        x <<= 2;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
