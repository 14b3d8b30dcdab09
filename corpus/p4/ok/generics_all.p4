// Structures, functions, parsers and controls with type parameters, each used with more than one type.
#include <v1model.p4>
header tag_t<T> { T value; bit<8> rest; }
struct pair_t<A, B> { A first; B second; }
struct nested_t<T> { pair_t<T, T> both; tag_t<T> tag; }
header plain_t { bit<8> x; bit<16> y; }
struct headers_t { tag_t<bit<24>> wide; tag_t<bit<8>> narrow; plain_t plain; }
struct metadata_t { pair_t<bit<8>, bit<16>> p; nested_t<bit<32>> n; }
T choose<T>(in bool left, in T a, in T b) { if (left) { return a; } return b; }
A first<A, B>(in pair_t<A, B> of) { return of.first; }
void swap<T>(inout T a, inout T b) { T c = a; a = b; b = c; }
T twice<T>(in T x) { return choose(true, x, x); }
parser Sub<T>(packet_in b, out tag_t<T> tag) {
    state start { b.extract(tag); transition accept; }
}
control Keep<T>(inout T slot, in T value)(bool always) {
    apply { if (always) { slot = value; } }
}
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Sub<bit<24>>() wide;
    state start { wide.apply(b, h.wide); Sub<bit<8>>.apply(b, h.narrow); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Keep<bit<8>>(true) byte;
    Keep<bit<16>>(false) word;
    apply {
        h.plain.x = choose(s.ingress_port == 1, h.plain.x, 7);
        h.plain.y = choose<bit<16>>(false, 1, 2);
        h.narrow.value = first({ h.plain.x, 16w1 });
        h.wide.value = twice(h.wide.value);
        m.p.first = first(m.p);
        swap(m.n.both.first, m.n.both.second);
        swap(h.plain, h.plain);
        byte.apply(m.p.first, 1);
        word.apply(m.p.second, 2);
        m.p = (pair_t<bit<8>, bit<16>>){ first = 1, second = 2 };
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
