// Structures, functions and externs with type parameters.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct pair_t<A, B> { A first; B second; }
header wrapped_t<T> { T value; bit<8> rest; }
typedef pair_t<bit<8>, bit<16>> small_t;
B second<A, B>(in pair_t<A, B> p) { return p.second; }
struct headers_t { h_t h; wrapped_t<bit<24>> w; }
struct metadata_t { bit<32> w; bit<8> x; bool f; small_t p; pair_t<bool, bit<4>> q; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        m.p = { 1, h.h.c };
        m.q = { first = true, second = 3 };
        h.h.c = second(m.p);
        m.f = second(m.q) == 3;
        h.w.setValid();
        h.w.value = 0xABCDEF;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
