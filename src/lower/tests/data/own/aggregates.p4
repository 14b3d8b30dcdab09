// Structs, tuples and headers as values: chosen, compared, made of themselves.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct pair_t { bit<8> x; bit<8> y; }
struct deep_t { pair_t p; bit<8> z; }
struct headers_t { h_t h; h_t g; }
struct metadata_t { pair_t p; pair_t q; deep_t deep; bool yes; bit<8> n; }
pair_t turned(in pair_t p) { return { p.y, p.x }; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        p.extract(h.h);
        m.p = p.lookahead<pair_t>();
        transition select(h.h.a, m.p.x) { (1, _): look; (_, 0 .. 9): look; default: accept; }
    }
    state look { h.g = p.lookahead<h_t>(); if (h.g.a == 2) { h.g.setInvalid(); } transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        m.p = { m.p.y, m.p.x };
        m.q = m.p.x > 8w5 ? m.p : turned(m.p);
        m.deep = { m.q, h.h.b };
        tuple<bit<8>, bit<8>> both = { m.deep.p.x, m.deep.z };
        h.h.c = both[0] + both[1];
        m.yes = m.p == m.q;
        if (m.yes) { h.h.d = 1; } else if (m.deep.p != m.q || h.h == h.g) { h.h.d = 2; }
        h_t other = h.h.a == 8w3 ? h.h : h.g;
        if (other.isValid()) { h.h.b = other.b |+| 8w200; }
        h.h.a = (bit<8>) (bit<1>) m.yes;
        int<8> sign = (int<8>) h.h.c;
        h.h.c = (bit<8>) (sign >> 1);
        if (sign < 0) { h.g = (h_t) { h.h.d, h.h.c, h.h.b, h.h.a }; }
        m.n = h.h.b; m.n += 3; m.n <<= 1; m.n |-|= 8w7; m.n[7:4] ^= 4w3;
        h.h.b = m.n;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
