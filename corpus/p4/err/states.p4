#include <core.p4>
header h_t { bit<8> a; bit<16> b; }
parser P(packet_in p, out h_t h) {
    state begin {
        p.extract(h);
        transition select(h.a, h.b) {
            (1, 2): parse_ipv4;
            (1, 2, 3): accept;
            (1 .. 0, true): accept;
            7: accept;
            (h.a, 1): accept;
            default: acept;
        }
    }
    state begin { }
    state accept { transition reject; }
}
