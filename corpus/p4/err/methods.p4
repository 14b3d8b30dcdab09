#include <v1model.p4>
header h_t { bit<8> a; }
parser P(packet_in b, out h_t h) {
    bit<8> x;
    state start {
        b.extrat(h);
        b.extract(x, 1, 2);
        x = b.lookahead();
        h.setvalid();
        transition accept;
    }
}
