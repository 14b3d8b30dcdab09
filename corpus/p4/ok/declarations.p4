// Declarations of every kind, generic ones among them, and controls within controls.
#include <v1model.p4>
error { Strange, Stranger }
match_kind { fancy }
@pragma note "for nobody"
enum Colour { red, green }
header a_t { bit<8> x; }
header b_t { varbit<64> y; }
header_union u_t { a_t a; b_t b; }
struct pair_t<A, B> { A first; B second; }
header option_t<T> { T value; bit<8> rest; }
typedef pair_t<bit<8>, bit<16>> small_t;
typedef tuple<bit<8>, bool> mixed_t;
@meta[key = "value", number = 3] struct headers_t { a_t a; u_t u; option_t<varbit<24>> o; }
@field_list(1, 2) struct metadata_t { small_t p; mixed_t t; Colour c; }
extern Thing<T> { Thing(bit<32> n); T get<U>(in U u, out T t); void put(in T t); }
extern T identity<T>(in T value);
const small_t SMALL = { 1, 2 };
bit<8> double(in bit<8> x) { bit<8> y = x + x; return y; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    value_set<bit<8>>(4) known;
    state start {
        b.extract(h.o, 32);
        transition select(h.o.rest) { known: one; default: accept; }
    }
    state one { transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control Inner(inout headers_t h)(bit<8> step) { apply { h.a.x = h.a.x + step; } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Thing<bit<8>>(3) thing;
    Inner(4) inner;
    bit<8> got;
    apply {
        inner.apply(h);
        got = thing.get<bit<4>>(3, got);
        thing.put(double(got));
        got = identity(h.a.x);
        m.p = SMALL;
        m.c = Colour.green;
        { const bit<8> local = 7; got = local; }
        h.u.a.setValid();
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h.u); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
