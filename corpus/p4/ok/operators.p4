// Every operator, with literals on both sides, casts, slices to the left and assignments with an operator.
#include <v1model.p4>
enum bit<8> Kind { a = 1, b = 2 }
type bit<8> Octet;
const int BIG = (1 << 100) - 1;
const bit<16> FOLDED = (bit<16>)(BIG % 1000);
const bool SAME = 8w1 ++ 8w2 == 16w0x102 && "a" ++ "b" == "ab";
struct headers_t { }
struct metadata_t { bit<8> x; bit<16> y; int<8> i; bool f; Octet o; Kind k; bit<1> one; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        m.x = m.x + 1 - 2 * m.x & 0xF | m.x ^ 3;
        m.x = m.x / 2 + m.x % 4;
        m.x = (m.x |+| 250) |-| 1;
        m.i = -m.i + +m.i |+| 100;
        m.x = ~m.x << 2 >> m.y;
        m.i = m.i >> 1;
        m.y = m.x ++ m.x;
        m.f = !m.f && (m.x < 3 || m.x >= 4) && m.i <= -1 && m.x != 0 || SAME;
        m.x = m.f ? m.x : 8w1;
        m.o = (Octet)m.x;
        m.o = 5;
        m.x = (bit<8>)m.o;
        m.k = (Kind)m.x;
        m.x = m.k;
        m.x = m.k + Kind.b;
        m.f = m.k == Kind.a && m.o == (Octet)8w3;
        m.one = (bit<1>)m.f;
        m.f = (bool)m.one;
        m.i = (int<8>)m.x;
        m.y = (bit<16>)(bit<8>)m.i;
        m.x[3:0] = m.y[7:4];
        m.x[1+:4] = m.y[m.x+:4];
        m.y[15:8][3:0] = 4w1;
        m.x += 1;
        m.x -= m.x;
        m.x *= 2;
        m.x <<= 1;
        m.x |+|= 3;
        m.x &= 0xF;
        m.y = FOLDED;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
