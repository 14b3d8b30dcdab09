// A parser that goes around for ever, and one without states.
#include <core.p4>
parser p(packet_in b) {
    state start { transition around; }
    state around { transition again; }
    state again { transition around; }
}
parser q(packet_in b) {
    bit<8> x;
}
