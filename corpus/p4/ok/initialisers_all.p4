// Lists and records for structures, tuples, stacks and lists, with `...` for default values; invalid headers.
#include <v1model.p4>
enum Colour { red, green }
enum bit<4> Level { low = 1, middle = low + 1, high = 7 }
type bit<9> Port;
header h_t { bit<8> a; bit<8> b; }
header g_t { bit<8> c; }
header_union u_t { h_t h; g_t g; }
struct inner_t { bit<8> x; bool f; error e; Colour c; Level l; Port p; }
struct outer_t { inner_t i; tuple<bit<8>, bool> t; h_t h; h_t[2] s; u_t u; }
struct headers_t { h_t h; h_t[2] s; u_t u; }
struct metadata_t { outer_t o; inner_t i; }
const inner_t START = { x = 1, ... };
const tuple<bit<8>, bit<4>> PAIR = { 3, 4 };
const bit<8> OF_PAIR = PAIR[0] + START.x;
const list<tuple<bit<8>, bit<8>>> ALL = (list<tuple<bit<8>, bit<8>>>){ { 1, 2 }, { 3, 4 } };
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    tuple<bit<8>, bool> pair = { 1, true };
    apply {
        outer_t o = ...;
        o = { i = START, h = { 1, 2 }, ... };
        m.o = o;
        m.i = { 2, ... };
        m.i.x = OF_PAIR;
        h.h = { b = 1, a = 2 };
        h.h = (h_t){ 3, 4 };
        h.h = {#};
        h.s = { { 1, 2 }, {#} };
        h.u = {#};
        h.h = m.i.f ? { 1, 2 } : { 3, 4 };
        m.i = m.i.f ? m.i : o.i;
        if (h.h == { 1, 2 } && h.s == m.o.s && h.h != {#} && pair == { 1, false }) { m.i.l = Level.high; }
        m.i.x = pair[0];
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit({ h.h, h.u }); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
