// What a state can select on, and sizes of value sets.
#include <core.p4>
header h_t { bit<8> a; varbit<8> v; }
struct s_t { bit<8> a; }
parser p(packet_in b, in s_t s, in bit<32> n) {
    value_set<bit<8>>(n) set;
    state start {
        transition select(s) { default: accept; }
    }
}
