// A header that is extracted has one field of varying length.
#include <core.p4>
header h_t { varbit<8> a; bit<8> b; varbit<16> c; }
parser p(packet_in b, out h_t h) {
    state start {
        b.extract(h, 8);
        transition accept;
    }
}
