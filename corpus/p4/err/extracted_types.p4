// What a packet can be read into and written from.
#include <core.p4>
header h_t { bit<8> a; }
header v_t { bit<8> n; varbit<64> rest; }
struct s_t { bit<8> a; }
parser p(packet_in b, out h_t h, out v_t v, out s_t s) {
    state start {
        b.extract(s);
        b.extract(v);
        b.extract(h, 8);
        v = b.lookahead<v_t>();
        transition accept;
    }
}
control d(packet_out b, in h_t h, in s_t s) {
    apply {
        b.emit(h);
        b.emit(s);
    }
}
