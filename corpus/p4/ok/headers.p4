// Stacks, unions, varbit fields, sub-parsers, value sets and sizes of types.
#include <v1model.p4>
header opt_t { bit<8> kind; varbit<320> data; }
header a_t { bit<8> x; bool f; int<7> i; }
header b_t { bit<32> y; }
header_union u_t { a_t a; b_t b; }
struct key_t { bit<8> k; bit<16> l; }
struct headers_t { opt_t opt; a_t[3] stack; u_t u; u_t[2] unions; a_t plain; }
struct metadata_t { bit<8> n; key_t key; bit<32> size; }
parser Sub(packet_in b, inout a_t a)(bit<8> wanted) {
    state start {
        b.extract(a);
        verify(a.x == wanted, error.ParserInvalidArgument);
        transition select(a.f) { true: accept; false: reject; }
    }
}
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    value_set<bit<8>>(4) kinds;
    value_set<key_t>(2) keys;
    value_set<tuple<bit<8>, bit<16>>>(2) pairs;
    Sub(7) sub;
    state start {
        b.extract(h.opt, (bit<32>)(b.lookahead<bit<8>>()) * 8);
        b.advance(8);
        transition select(h.opt.kind, m.key.l) {
            keys: unions;
            pairs: unions;
            (1 .. 3, _): loop;
            (0x10 &&& 0xF0, 16w3): loop;
            (kinds, default): sub_state;
            default: accept;
        }
    }
    state loop {
        b.extract(h.stack.next);
        m.n = h.stack.last.x + (bit<8>)h.stack.lastIndex;
        transition select(h.stack.last.x) { 8w0: accept; default: loop; }
    }
    state unions {
        b.extract(h.unions.next.a);
        b.extract(h.u.b);
        m.size = b.length();
        transition accept;
    }
    state sub_state { sub.apply(b, h.plain); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        h.stack.push_front(1);
        h.stack.pop_front(2);
        h.stack[0] = h.stack[m.n];
        h.stack[m.n + 1].x = 1;
        if (h.u.isValid() && h.u.a.isValid() && !h.unions[1].isValid()) { h.u.b.setValid(); }
        if (h.opt == h.opt && h.stack == h.stack && h.u == h.u) { h.plain.setInvalid(); }
        m.size = h.stack.size + (bit<32>)h.plain.minSizeInBits() + (bit<32>)h.opt.maxSizeInBytes();
        h.u = h.unions[0];
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h.opt); b.emit(h.stack); b.emit(h.u); b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
