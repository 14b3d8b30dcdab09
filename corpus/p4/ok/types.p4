// typedef, type, enums with and without values, errors, bool and int casts.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
typedef bit<8> byte_t;
type bit<16> tag_t;
type byte_t name_t;
enum Plain { left, right }
enum bit<4> Valued { low = 1, high = 15 }
error { Mine, Yours }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; tag_t tag; name_t name; Plain plain; Valued valued; error e; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        m.tag = (tag_t)h.h.c;
        m.name = (name_t)(byte_t)h.h.a;
        h.h.c = (bit<16>)m.tag;
        m.plain = Plain.left;
        if (m.plain == Plain.right) { m.x = 1; }
        m.valued = Valued.high;
        m.valued = (Valued)4w3;
        m.x = (bit<8>)(bit<4>)m.valued;
        m.e = error.Mine;
        m.f = m.e == error.Yours;
        m.f = (bool)h.h.a[0:0];
        m.x = (bit<8>)(bit<1>)m.f;
        m.x = (bit<8>)(int<8>)h.h.a;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
