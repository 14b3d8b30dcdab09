// Masks and the ends of ranges are known when compiled.
#include <core.p4>
parser p(packet_in b, in bit<8> x) {
    state start {
        transition select(x) { x &&& 3: accept; 1 .. x: accept; default: reject; }
    }
}
