// Actions that are called with arguments, and conditions within actions.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; }
struct headers_t { h_t h; h_t g; }
struct pair_t { bit<8> x; bit<8> y; }
struct metadata_t { pair_t p; pair_t q; bit<8> r; bool f; }
parser P(packet_in b, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    bit<8> ahead;
    state start {
        ahead = b.lookahead<bit<8>>();
        meta.r = ahead + 1;
        transition select(b.lookahead<bit<16>>(), meta.r == 3) {
            (0x0800, true): next;
            default: accept;
        }
    }
    state next {
        b.extract(hdr.h);
        verify(hdr.h.a < 4, error.ParserInvalidArgument);
        b.advance(8);
        transition accept;
    }
}
control V(inout headers_t hdr, inout metadata_t meta) { apply { } }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action swap(inout bit<8> x, inout bit<8> y) {
        bit<8> t = x;
        x = y;
        y = t;
    }
    action choose(bit<8> v) {
        if (v == hdr.h.a) {
            meta.r = v;
            if (meta.f) { mark_to_drop(sm); }
        } else {
            meta.r = 0;
            meta.f = !meta.f;
        }
    }
    table t {
        key = { meta.f: exact; }
        actions = { choose; NoAction; }
    }
    apply {
        swap(hdr.h.a, hdr.h.b);
        choose(3);
        meta.p = { meta.p.y, meta.p.x };
        meta.q = meta.p;
        hdr.g = hdr.h;
        hdr.g.setInvalid();
        meta.f = t.apply().hit;
        bool late = meta.f && hdr.g.isValid();
        if (late) { hdr.h.setValid(); }
    }
}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out b, in headers_t hdr) { apply { b.emit(hdr); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
