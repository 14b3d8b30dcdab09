// Tables: keys of all kinds, entries, bound arguments, results in expressions, applied in more than one place.
#include <core.p4>
#include <v1model.p4>
enum bit<8> kind_t { small = 1, large = 2 }
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct headers_t { h_t h; h_t[2] s; }
struct metadata_t { bit<8> r; bit<8> s; bool hit; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action put(inout bit<8> where, in bit<8> plus, bit<8> v) { where = v + plus; }
    action flag(kind_t k) { m.s = (bit<8>) k; }
    action both(bit<8> x, bit<8> y) { h.h.c = x; h.h.d = y; }
    action stop() { exit; }
    table exacts {
        key = { h.h.a: exact @name("first"); h.h.b[3:0]: exact; h.h.isValid(): exact; }
        actions = { put(h.h.d, h.h.c); flag; both; stop; }
        default_action = put(h.h.d, h.h.c, 3);
        const entries = {
            (1, 2, true): both(7, 8);
            (2, 2, true): flag(kind_t.large);
            (3, 3, true): stop();
            (4, 4, true): put(h.h.d, h.h.c, 100);
        }
    }
    table masks {
        key = { h.h.a: ternary; h.h.b: range; h.h.c: optional; }
        actions = { flag; both; NoAction; }
        entries = {
            priority = 10: (1 &&& 1, 0 .. 127, _): both(1, 1);
            priority = 20: (_, 0 .. 9, 3): flag(kind_t.small);
            priority = 5: (_, _, _): both(2, 2);
        }
    }
    table prefixes {
        key = { h.h.a & 0x0F: lpm; }
        actions = { both; NoAction; }
        const default_action = NoAction();
        const entries = { 0x04 &&& 0xFC: both(4, 4); 0x05: both(5, 5); }
    }
    table last { key = { h.h.a + h.h.b: exact @name("sum"); } actions = { both; NoAction; } size = 16; const entries = { 9: both(9, 9); 10: NoAction(); } }
    apply {
        if (exacts.apply().hit && h.h.d != 0 || h.h.a == 4) { m.r = 1; }
        switch (masks.apply().action_run) {
            flag: { h.h.b = h.h.b + 1; }
            both: NoAction: { h.h.a = h.h.a ^ 1; }
            default: { h.h.a = 0; }
        }
        m.hit = !prefixes.apply().miss;
        switch (h.h.a) { 1: 2: { m.r = m.r + 2; } 3: { m.r = 9; } default: { m.r = m.r + 4; } }
        if (m.hit) { h.h.b = m.r; last.apply(); } else { h.h.b = 5; last.apply(); }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
