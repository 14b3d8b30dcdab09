// Where `return` and `exit` can't stand.
#include <core.p4>
bit<8> f(in bit<8> x) {
    exit;
    return x;
}
parser p(packet_in b) {
    state start {
        if (true) { return; }
        exit;
        transition accept;
    }
}
