#include <core.p4>
enum Colour { red, green }
enum bit<8> Kind { a = 1 }
struct s_t { bit<8> x; bit<8> y; }
header h_t { bit<8> a; bit<16> b; bool f; varbit<8> v; }
parser P(packet_in b, out h_t h, inout Colour c, inout Kind k, inout s_t s) {
    value_set<bit<8>>(4) bytes;
    value_set<packet_in>(4) objects;
    value_set<bit<8>>(h.a) sized;
    state start {
        transition select(h.a, h.b) {
            (1, 2, 3): accept;
            1: accept;
            (16w1, 2): accept;
            (1 &&& h.a, _): accept;
            (true, _): accept;
            (b.lookahead<bit<8>>(), _): accept;
            bytes: accept;
            default: nowhere;
        }
    }
    state one { transition select(h.f) { 0: accept; true &&& true: accept; } }
    state two { transition select(c) { Colour.red .. Colour.green: accept; 1: accept; Colour.blue: accept; } }
    state three { transition select(k) { Kind.a: accept; 8w2: accept; 16w2: accept; 3: accept; } }
    state four { transition select(3) { 3: accept; } }
    state five { transition select(s) { { 1, 2 }: accept; } }
    state six { transition select(h.v) { default: accept; } }
    state seven { h.setValid(1); h.pop_front(1); b.extract(h.a); transition accept; }
}
