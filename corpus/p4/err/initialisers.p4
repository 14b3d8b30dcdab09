#include <core.p4>
header h_t { bit<8> a; bit<8> b; }
header_union u_t { h_t h; }
struct s_t { bit<8> x; bool f; h_t h; }
const s_t FEW = { 1, true };
const s_t MANY = { x = 1, f = true, h = { 1, 2 }, g = 3 };
const s_t WRONG = { x = true, f = 1, ... };
const s_t TWICE = { x = 1, x = 2, ... };
const tuple<bit<8>, bool> PAIR = { 1, 2 };
const bit<8> OUTSIDE = PAIR[2];
const list<bit<8>> IMPLICIT = { 1, 2 };
const match_kind NOTHING = ...;
control c(inout h_t h, inout h_t[2] s, inout u_t u, inout s_t t, inout bit<8> x) {
    apply {
        s = { h };
        s = { h, h, h };
        u = { h };
        t = {#};
        x = {#};
        t = (s_t)x;
        x = t.f ? 1 : 2;
        x = t.f ? 8w1 : 16w2;
        h = t;
        t.h = { a = 1 };
        x = PAIR[x];
        if (h == { 1 }) { }
    }
}
