// Type arguments that are left out: those of functions, externs, parsers, controls and packages.
#include <v1model.p4>
header h_t { bit<8> x; bit<16> y; }
struct headers_t { h_t h; }
struct metadata_t { bit<8> x; bit<16> y; }
struct inner_t { bit<8> a; bit<8> b; }
struct outer_t { inner_t i; bit<16> c; }
extern Cell<T> { Cell(T start); T get(); void put(in T value); }
A first<A, B>(in A a, in B b) { return a; }
parser Any<H, M>(packet_in b, out H h, inout M m, inout standard_metadata_t s) {
    state start { transition accept; }
}
control Nothing<H, M>(inout H h, inout M m) { apply { } }
control Adds<T>(inout T x)(T step) { apply { x = step; } }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    value_set<outer_t>(4) known;
    state start {
        b.extract(h.h);
        transition select(m.x, h.h.x, h.h.y) { known: accept; (_, 1, _): accept; default: reject; }
    }
}
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Adds(8w3) adds;
    Adds(step = 16w3) adds_more;
    Cell(16w1) cell;
    apply {
        adds.apply(m.x);
        adds_more.apply(m.y);
        m.y = cell.get();
        cell.put(7);
        m.x = first(m.x, { m.y, 8w1 });
        m.x = first<bit<8>, _>(1, m.y);
    }
}
control E<H, M>(inout H h, inout M m, inout standard_metadata_t s) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), Nothing(), I(), E(), Nothing<_, _>(), D()) main;
