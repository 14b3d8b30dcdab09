// Declarations come before states.
#include <core.p4>
parser p(packet_in b) {
    state start { transition accept; }
    bit<8> late;
}
