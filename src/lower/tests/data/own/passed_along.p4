// Objects passed along, arrays, structs in headers, unions by index, loops in parsers, jumps in functions of parsers.
#include <core.p4>
#include <v1model.p4>
enum color_t { red, green, blue }
struct bits_t { bit<4> x; bit<4> y; }
header h_t { bit<8> a; bits_t n; bit<8> c; bit<8> d; }
header u1_t { bit<8> k; }
header u2_t { bit<16> y; }
header_union u_t { u1_t one; u2_t two; }
struct inner_t { h_t g; }
struct headers_t { h_t h; u_t[2] us; u_t v; inner_t deep; }
struct metadata_t { bit<8> r; bit<8> s; color_t color; tuple<bit<8>, bool> t; h_t kept; u_t ku; }
bit<8> grade(in bit<8> x) { if (x < 10) { return 1; } else if (x < 100) { return 2; } return 3; }
bit<8> total(in bit<8> left, in bit<8> a) {
    bit<8> sum = 0;
    for (bit<8> i = 0; i < 3; i = i + 1) { if (i == left) { break; } sum = sum + grade(a) + i; }
    return sum;
}
parser Sub(packet_in p, inout headers_t h, in bit<8> limit, out bit<8> sum) {
    bit<8> left = limit;
    state start {
        sum = 0;
        sum = total(left, h.h.a);
        transition select(left) { 0: accept; 1: one; default: two; }
    }
    state one { p.extract(h.us.next.one); left = left - 1; transition start; }
    state two { p.extract(h.us.next.two); left = left - 2; transition start; }
}
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    Sub() sub;
    state start {
        p.extract(h.h);
        m.r = grade(h.h.c);
        transition select(h.h.n.x, grade(h.h.d) == 2) { (1, true): subbed; (2, _): deep; default: accept; }
    }
    state subbed { sub.apply(p, h, h.h.d & 3, m.s); transition accept; }
    state deep { p.extract(h.deep.g); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control Keeper(register<bit<8>> r, inout bit<8> x) { apply { r.read(x, 0); r.write(0, x + 1); } }
control Kept(register<bit<8>> r, inout bit<8> x);
control Made(inout bit<8> x)(counter c, Kept k, register<bit<8>> r) { apply { c.count(1); k.apply(r, x); } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    register<bit<8>>(1) cell;
    counter(3, CounterType.bytes) bytes;
    Keeper() keeper;
    Made(bytes, keeper, cell) made;
    bit<8>[4] grid;
    apply {
        grid[0] = 1; grid[1] = 2; grid[2] = 3; grid[3] = 4;
        grid[h.h.a & 3] = h.h.c;
        h.h.c = grid[(h.h.a + 1) & 3] + grid[h.h.c & 3];
        keeper.apply(cell, h.h.d);
        made.apply(h.h.d);
        m.color = h.h.a == 1 ? color_t.red : color_t.blue;
        switch (m.color) { color_t.red: { h.h.n.y = 1; } color_t.green: color_t.blue: { h.h.n = { 4w7, h.h.n.x }; } }
        m.t = { h.h.a, h.h.c > 4 };
        if (m.t[1]) { h.h.a = m.t[0] + 1; }
        m.kept = h.h;
        if (m.kept == h.h && m.kept.n == h.h.n) { h.h.d = h.h.d ^ 8w0x80; }
        if (h.us[0].isValid()) { m.ku = h.us[0]; h.v = m.ku; }
        if (h.us[h.h.a & 1].two.isValid()) { h.us[h.h.a & 1].two.y[7:0] = 8w0xAB; }
        if (h.deep.g.isValid()) { h.deep.g.n.y = h.deep.g.n.y - 1; }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
