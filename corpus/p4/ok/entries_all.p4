// Entries with priorities, key sets of all kinds, bound arguments, and every way to ask what a table did.
#include <v1model.p4>
enum bit<8> Kind { a = 1, b = 2 }
enum Colour { red, green }
header h_t { bit<8> x; bit<16> y; }
struct headers_t { h_t h; }
struct metadata_t { Kind k; Colour c; bool f; bit<8> got; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { b.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    action set(in bit<8> base, bit<8> n) { m.got = base + n; }
    action plain() { }
    action other(bit<8> n = 4) { m.got = n; }
    table prioritised {
        key = { h.h.x: ternary; h.h.y: range; m.f: optional; }
        actions = { set(h.h.x); plain; @tableonly other; @defaultonly NoAction; }
        const default_action = NoAction;
        largest_priority_wins = false;
        priority_delta = 10;
        entries = {
            const priority = 1: (1 &&& 7, 1 .. 9, true): set(h.h.x, 3);
            (_, _, _): plain();
            priority = 50: (8w3, 16w4, _): other(5);
        }
        size = 64;
    }
    table constant {
        key = { m.k: exact; m.c: exact @name("colour"); h.h.isValid(): exact; h.h.y[7:0]: lpm; }
        actions = { set(1); plain; }
        default_action = set(1, 2);
        const entries = {
            (Kind.a, Colour.red, true, 0x10 &&& 0xF0): set(1, 7);
            (Kind.b, Colour.green, false, _): plain;
        }
    }
    table keyless { actions = { plain; } default_action = plain(); }
    apply {
        if (prioritised.apply().hit) { plain(); }
        m.f = constant.apply().miss;
        switch (keyless.apply().action_run) { plain: { m.got = 1; } default: { m.got = 2; } }
        switch (m.got) { 1: 2: { m.got = 3; } 4: { m.got = 5; } default: { } }
        switch (m.k) { Kind.a: { m.got = 6; } default: { } }
        switch (m.c) { Colour.red: { m.got = 7; } }
        set(n = 2, base = m.got);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
