// Parsers within parsers, conditions in states, unions, varbit, value sets and errors.
#include <core.p4>
#include <v1model.p4>
error { Odd }
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
header v_t { bit<8> n; varbit<32> v; }
header u1_t { bit<8> k; bit<8> x; }
header u2_t { bit<8> k; bit<16> y; }
header_union u_t { u1_t one; u2_t two; }
struct headers_t { h_t h; v_t v; v_t w; u_t u; u_t[3] us; h_t g; }
struct metadata_t { bit<8> r; bit<8> s; bit<16> err; bool ok; }
parser Options(packet_in p, inout headers_t h, out bit<8> count)(bit<8> most) {
    value_set<bit<8>>(4) known;
    bit<8> n = 0;
    state start {
        n = n + 1;
        verify(n <= most, error.Odd);
        transition select(p.lookahead<bit<8>>()) {
            1: one;
            2: two;
            known: reject;
            default: done;
        }
    }
    state one { p.extract(h.us.next.one); transition start; }
    state two { p.extract(h.us.next.two); transition start; }
    state done { count = n; transition accept; }
}
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    Options(3) options;
    state start {
        p.extract(h.h);
        if (h.h.a == 8w1) {
            m.s = 4;
            if (h.h.b > 8w4) { p.extract(h.v, (bit<32>) (h.h.c & 3) << 3); h.w = h.v; }
        } else {
            m.s = h.h.a > 8w100 ? h.h.b : h.h.c;
        }
        h.h.d = m.s;
        transition select(h.h.a, h.h.b) {
            (2, _): options_first;
            (3, 0 .. 100): unions;
            (4 &&& 7, _): skip;
            default: accept;
        }
    }
    state options_first { options.apply(p, h, m.r); transition accept; }
    state unions {
        transition select(h.h.c) { 1: first; 2: second; 3: reject; default: accept; }
    }
    state first { p.extract(h.u.one); transition accept; }
    state second { p.extract(h.u.two); transition select(h.u.two.y[15:8]) { 0 .. 200: accept; } }
    state skip { p.advance((bit<32>) h.h.b & 32w8); p.extract(h.g); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        m.ok = sm.parser_error == error.NoError;
        if (!m.ok) { h.h.d = 8w0xEE; }
        if (sm.parser_error == error.Odd) { h.h.d = 8w0xDD; }
        if (h.u.isValid()) { h.h.c = 8w77; }
        if (h.u.one.isValid()) { h.u.two.setValid(); h.u.two = { 8w9, 16w10 }; }
        else if (h.u.two.isValid()) { h.u.one.setValid(); h.u.one.k = 6; h.u.one.x = 5; }
        if (h.v.isValid() && h.w == h.v) { h.v.n = 8w66; h.w.setInvalid(); }
        if (h.us[0].one.isValid()) { h.us[0].one.x = m.r; }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
